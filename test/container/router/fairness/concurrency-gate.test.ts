import { describe, expect, it } from 'vitest';
import { ConcurrencyGate } from '../../../../container/router/fairness/concurrency-gate.ts';

describe('a gate', () => {
  it('lets so many of a kind be under way, the others in order, and each kind for itself', () => {
    const gate = new ConcurrencyGate(2);
    const started: string[] = [];
    const leaves = new Map<string, () => void>();
    const enter = (kind: string, name: string) =>
      gate.enter(kind, (leave) => {
        started.push(name);
        leaves.set(name, leave);
      });
    for (const name of ['a1', 'a2', 'a3', 'a4']) enter('a', name);
    enter('b', 'b1');
    expect(started).toEqual(['a1', 'a2', 'b1']);
    leaves.get('a2')?.();
    leaves.get('a2')?.();
    expect(started).toEqual(['a1', 'a2', 'b1', 'a3']);
    for (const name of ['a1', 'a3', 'a4', 'b1']) leaves.get(name)?.();
    expect(started.at(-1)).toBe('a4');
    expect([gate.underWay('a'), gate.underWay('b')]).toEqual([0, 0]);
  });
});
