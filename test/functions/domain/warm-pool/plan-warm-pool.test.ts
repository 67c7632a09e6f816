import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planWarmPool, type WarmPoolRules } from '../../../../functions/domain/warm-pool/plan-warm-pool.ts';
import type { RunningWarmProcess, WarmKind, WarmProcess } from '../../../../functions/ports.ts';

const now = new Date('2026-11-22T12:00:00.000Z');
const aMinuteAgo = '2026-11-22T11:59:00.000Z';
const anHourAgo = '2026-11-22T11:00:00.000Z';
const kind: WarmKind = { version: 'v1', size: 'small' };
const rules: WarmPoolRules = {
  maximum: 10,
  startsAtOnce: 1000,
  longestWaitSeconds: 23 * 3600,
  longestStartSeconds: 300,
  longestClaimSeconds: 120,
};

function processIn(state: WarmProcess['state'], id: string): WarmProcess {
  return { id, ...kind, state, ref: null, address: null, instanceId: null, createdAt: aMinuteAgo, changedAt: aMinuteAgo };
}

function runningAs(id: string, startedAt = aMinuteAgo): RunningWarmProcess {
  return { id, ref: `ref-${id}`, address: undefined, startedAt };
}

const processes = (state: WarmProcess['state'], count: number) =>
  Array.from({ length: count }, (_, index) => processIn(state, `${state}-${index}`));
const strangers = (count: number, startedAt?: string) =>
  Array.from({ length: count }, (_, index) => runningAs(`stranger-${index}`, startedAt));

describe('how many processes are started', () => {
  /** What waits, starts, ends or is not known yet, and how many more are wanted than there may be. */
  const startsBeside = (known: WarmProcess[], unknown = 0) => {
    const running = [...known.map(({ id }) => runningAs(id)), ...strangers(unknown)];
    return planWarmPool({ now, known, running, desired: [{ ...kind, count: 50 }] }, rules).start.length;
  };

  it('leaves room for what waits, starts and ends already, and for what is not known yet', () => {
    expect(startsBeside([])).toBe(10);
    expect(startsBeside(processes('warm', 4))).toBe(6);
    expect(startsBeside([...processes('warm', 4), ...processes('ending', 2)])).toBe(4);
    expect(startsBeside([...processes('starting', 3), ...processes('ending', 7)])).toBe(0);
    expect(startsBeside(processes('warm', 4), 5)).toBe(1);
    expect(startsBeside(processes('warm', 8), 5)).toBe(0);
  });

  it('takes no room for what is claimed: it belongs to its launch', () => {
    expect(startsBeside([...processes('claimed', 30), ...processes('warm', 4)])).toBe(6);
  });

  it('never makes more than the most there may be, nor than are wanted or may start at once', () => {
    const amount = fc.nat(12);
    const view = fc.record({ warm: amount, starting: amount, ending: amount, claimed: amount, unknown: amount });
    const limits = fc.record({ wanted: fc.nat(30), maximum: fc.nat(30), startsAtOnce: fc.nat(30) });
    fc.assert(
      fc.property(view, limits, ({ unknown, ...states }, { wanted, ...bounds }) => {
        const known = Object.entries(states).flatMap(([state, count]) => processes(state as WarmProcess['state'], count));
        const running = [...known.map(({ id }) => runningAs(id)), ...strangers(unknown)];
        const { start } = planWarmPool({ now, known, running, desired: [{ ...kind, count: wanted }] }, { ...rules, ...bounds });
        const unclaimed = states.warm + states.starting + states.ending + unknown;
        const room = Math.min(bounds.maximum - unclaimed, bounds.startsAtOnce - states.starting);
        const missing = wanted - states.warm - states.starting;
        expect(start).toHaveLength(Math.max(0, Math.min(room, missing)));
      }),
    );
  });
});

describe('processes that the pool does not know', () => {
  const plan = (unknown: number, waiting: number, confirmedOrphans?: number) => {
    const known = processes('warm', waiting);
    const running = [...known.map(({ id }) => runningAs(id)), ...strangers(unknown, anHourAgo)];
    const confirmed = confirmedOrphans === undefined ? {} : { confirmedOrphans };
    return planWarmPool({ now, known, running, desired: [{ ...kind, count: waiting }], ...confirmed }, rules);
  };

  it('are ended where they are few, or a small part of all', () => {
    expect(plan(5, 0, 0).unknown).toHaveLength(5);
    expect(plan(20, 80, 0).unknown).toHaveLength(20);
  });

  it("are left alone where they are many: they may be customers' by another table", () => {
    expect(plan(6, 0, 0)).toMatchObject({ unknown: [], held: { orphans: 6, all: 6 } });
    expect(plan(21, 80, 0)).toMatchObject({ unknown: [], held: { orphans: 21, all: 101 } });
  });

  it('are ended all the same once they are confirmed, and where nothing is bounded', () => {
    expect(plan(60, 0, 60).unknown).toHaveLength(60);
    expect(plan(61, 0, 60).unknown).toEqual([]);
    expect(plan(60, 0).unknown).toHaveLength(60);
  });
});
