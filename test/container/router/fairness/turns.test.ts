import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Turns } from '../../../../container/router/fairness/turns.ts';

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));
const unhurried = { perSecond: 1_000_000, atOnce: 1_000_000, maxWaitingPerOwner: 1_000 };
const owner = 'somebody';

describe('turns', () => {
  it('do little at once, and more in order over several turns', async () => {
    const turns = new Turns({ ...unhurried, perTurn: 2, maxWaiting: 10 });
    const done: number[] = [];
    for (let work = 0; work < 7; work += 1) turns.take({ kind: 'a', owner, do: () => done.push(work) });
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
    const turns = new Turns({ ...unhurried, perTurn: 1, maxWaiting: 1_000 });
    let other = 0;
    for (let work = 0; work < 500; work += 1) turns.take({ kind: 'storm', owner, do: () => {} });
    const calm = {
      kind: 'calm',
      owner,
      do: () => {
        other += 1;
      },
    };
    expect(turns.take(calm)).toBe('done');
    expect(other).toBe(1);
    expect(turns.waiting).toBe(499);
  });

  it('take no more of a kind than there is room for', () => {
    const turns = new Turns({ ...unhurried, perTurn: 1, maxWaiting: 2 });
    const outcomes = [1, 2, 3, 4].map(() => turns.take({ kind: 'a', owner, do: () => {} }));
    expect(outcomes).toEqual(['done', expect.anything(), expect.anything(), 'no-room']);
  });

  it('let no owner of a kind take the places of the others, and give a place that was left to the next', async () => {
    const turns = new Turns({ ...unhurried, perTurn: 1, maxWaiting: 100, maxWaitingPerOwner: 2 });
    const done: string[] = [];
    const take = (name: string, ownedBy: string) => turns.take({ kind: 'a', owner: ownedBy, do: () => done.push(name) });
    take('at once', 'greedy');
    const [first] = [take('first', 'greedy'), take('second', 'greedy')];
    expect(take('third', 'greedy')).toBe('no-room');
    take('modest', 'modest');
    if (typeof first !== 'object') throw new Error('the first did not have to wait');
    first.leave();
    first.leave();
    expect(take('fourth', 'greedy')).toEqual({ leave: expect.any(Function) });
    expect(take('fifth', 'greedy')).toBe('no-room');
    while (turns.waiting > 0) await nextTurn();
    expect(done).toEqual(['at once', 'second', 'modest', 'fourth']);
  });

  it('keep each kind to its pace, and serve what waits when its time has come', async () => {
    let time = 0;
    const turns = new Turns({
      perTurn: 10,
      perSecond: 100,
      atOnce: 3,
      maxWaiting: 100,
      maxWaitingPerOwner: 100,
      now: () => time,
    });
    let done = 0;
    for (let work = 0; work < 10; work += 1) turns.take({ kind: 'storm', owner, do: () => (done += 1) });
    await pause(30);
    expect(done).toBe(3);
    let calm = 0;
    turns.take({ kind: 'calm', owner, do: () => (calm += 1) });
    expect(calm).toBe(1);
    time = 20;
    while (done < 5) await pause(5);
    await pause(30);
    expect(done).toBe(5);
    time = 1_000;
    while (done < 8) await pause(5);
    // However long the pause was, no more than so much comes at once.
    await pause(30);
    expect(done).toBe(8);
    expect(turns.waiting).toBe(2);
  });
});
