import { describe, expect, it } from 'vitest';
import { Turns } from '../../../../container/router/fairness/turns.ts';

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

describe('turns', () => {
  it('do little at once, and more in order over several turns', async () => {
    const turns = new Turns(2, 10);
    const done: number[] = [];
    for (let work = 0; work < 7; work += 1) expect(turns.take('a', () => done.push(work))).toBe(true);
    expect(done).toEqual([0, 1]);
    const lengths: number[] = [];
    while (done.length < 7) {
      await nextTurn();
      lengths.push(done.length);
    }
    expect(done).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(Math.max(...lengths.map((length, index) => length - (lengths[index - 1] ?? 2)))).toBeLessThanOrEqual(2);
    expect(turns.waiting).toBe(0);
  });

  it('let nobody wait for a kind that has much to do', () => {
    const turns = new Turns(1, 1_000);
    let other = 0;
    for (let work = 0; work < 500; work += 1) turns.take('storm', () => {});
    turns.take('calm', () => {
      other += 1;
    });
    expect(other).toBe(1);
    expect(turns.waiting).toBe(499);
  });

  it('take no more of a kind than there is room for', () => {
    const turns = new Turns(1, 2);
    expect([1, 2, 3, 4].map(() => turns.take('a', () => {}))).toEqual([true, true, true, false]);
  });
});
