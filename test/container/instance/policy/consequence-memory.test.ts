import { beforeEach, describe, expect, it } from 'vitest';
import type { Consequence } from '../../../../container/instance/policy/consequence.ts';
import { ConsequenceMemory } from '../../../../container/instance/policy/consequence-memory.ts';

let now: number;
let counts: number;
let memory: ConsequenceMemory;
beforeEach(() => {
  now = 0;
  counts = 0;
  memory = new ConsequenceMemory(() => now);
});

async function count(): Promise<Consequence> {
  counts += 1;
  return { summary: `count ${counts}` };
}
const ask = async (callArguments: Record<string, unknown> = {}, tool = 'act') =>
  (await memory.consequence(tool, callArguments, count)).summary;

describe('what a call would do', () => {
  it('is counted once for two minutes, whatever order its arguments are in', async () => {
    await ask({ a: 1, b: 2 });
    now = 119_999;
    expect(await ask({ b: 2, a: 1 })).toBe('count 1');
    now = 120_000;
    expect(await ask({ a: 1, b: 2 })).toBe('count 2');
  });

  it('is not good for longer because it was asked for, or took long to count', async () => {
    await memory.consequence('act', {}, () => {
      now = 60_000;
      return count();
    });
    now = 100_000;
    expect(await ask()).toBe('count 1');
    now = 120_000;
    expect(await ask()).toBe('count 2');
  });

  it('is counted for each tool and each arguments', async () => {
    expect([await ask({ a: 1 }), await ask({ a: 2 }), await ask({ a: 1 }, 'other')]).toEqual(['count 1', 'count 2', 'count 3']);
  });

  it('is counted anew after a write, and where one came in between', async () => {
    await ask();
    memory.forget();
    expect(await ask()).toBe('count 2');
    await memory.consequence('other', {}, () => {
      memory.forget();
      return count();
    });
    expect(await ask({}, 'other')).toBe('count 4');
  });

  it('is counted anew where it could not be counted', async () => {
    const failing = memory.consequence('act', {}, () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    expect(await ask()).toBe('count 1');
  });

  it('is remembered of so many calls', async () => {
    for (let index = 0; index < 500; index += 1) await ask({ index });
    expect(memory.size).toBeLessThanOrEqual(200);
    expect(await ask({ index: 499 })).toBe('count 500');
    expect(await ask({ index: 0 })).toBe('count 501');
  });
});
