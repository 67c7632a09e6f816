import fc from 'fast-check';
import { expect, it } from 'vitest';
import { divideSpan, startOf, stepsOfUsage } from '../../../../functions/adapters/dynamodb/usage-steps.ts';

const day = 24 * 60 * 60_000;
const base = Date.UTC(2026, 10, 20);
const at = (milliseconds: number) => new Date(base + milliseconds).toISOString();

it('reads days in the middle, hours beside them and minutes at the edges', () => {
  const span = { from: '2026-11-20T22:58:30.000Z', to: '2026-11-22T01:01:00.000Z' };
  expect(divideSpan(span, 'day')).toEqual([
    { step: 'minute', from: '2026-11-20T22:59:00.000Z', to: '2026-11-20T23:00:00.000Z' },
    { step: 'hour', from: '2026-11-20T23:00:00.000Z', to: '2026-11-21T00:00:00.000Z' },
    { step: 'day', from: '2026-11-21T00:00:00.000Z', to: '2026-11-22T00:00:00.000Z' },
    { step: 'hour', from: '2026-11-22T00:00:00.000Z', to: '2026-11-22T01:00:00.000Z' },
    { step: 'minute', from: '2026-11-22T01:00:00.000Z', to: '2026-11-22T01:01:00.000Z' },
  ]);
  expect(divideSpan({ from: span.from, to: span.from }, 'day')).toEqual([]);
});

it('covers every minute of a span once and no other', () =>
  fc.assert(
    fc.property(fc.nat(3 * day), fc.nat(3 * day), fc.constantFrom(...stepsOfUsage), (one, other, step) => {
      const [from, to] = [Math.min(one, other), Math.max(one, other)];
      const parts = divideSpan({ from: at(from), to: at(to) }, step);
      const first = Math.ceil(from / 60_000) * 60_000;
      const end = Math.ceil(to / 60_000) * 60_000;
      let covered = at(first);
      for (const part of parts) {
        expect(part.from).toBe(covered);
        expect([startOf(part.step, part.from), startOf(part.step, part.to)]).toEqual([part.from, part.to]);
        covered = part.to;
      }
      expect(covered).toBe(at(end));
    }),
  ));
