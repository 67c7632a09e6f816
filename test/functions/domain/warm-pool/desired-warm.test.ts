import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { desiredWarm } from '../../../../functions/domain/warm-pool/desired-warm.ts';
import type { WarmDemand, WarmKind } from '../../../../functions/ports.ts';

const now = new Date('2026-11-22T09:30:00.000Z');
const small: WarmKind = { version: 'v1', size: 'small' };
const large: WarmKind = { version: 'v1', size: 'large' };
const size = { minimum: 1, maximum: 100, replacementSeconds: 60 };
const hourAgo = (hours: number) => new Date(Date.UTC(2026, 10, 22, 9) - hours * 3_600_000).toISOString();
const demand = (hours: number, claimed: number, missed = 0, kind = small): WarmDemand => ({
  ...kind,
  hour: hourAgo(hours),
  claimed,
  missed,
});
const counts = (given: WarmDemand[], kinds = [small], limits = size) =>
  desiredWarm(given, kinds, limits, now).map(({ count }) => count);

describe('how many processes wait', () => {
  it('is the minimum where nobody asked', () => {
    expect(desiredWarm([], [small, large], size, now)).toEqual([
      { ...small, count: 1 },
      { ...large, count: 1 },
    ]);
    expect(counts([], [small], { ...size, minimum: 0 })).toEqual([0]);
  });

  it('follows the busiest of the last hours: 99 of 100 launches find one while another is replaced', () => {
    // 60 an hour are one in the minute that a replacement takes; P(X <= 4) = 99.6 %, P(X <= 3) = 98.1 %.
    expect(counts([demand(3, 60), demand(1, 5)])).toEqual([4]);
    expect(counts([demand(3, 600)])).toEqual([18]);
    expect(counts([demand(3, 60_000)], [small], { ...size, maximum: 5000 })).toEqual([1074]);
  });

  it('forgets what was long ago', () => {
    expect(counts([demand(8, 600)])).toEqual([1]);
  });

  it('adds what was missed lately, as launches that come together need more', () => {
    expect(counts([demand(0, 3, 12)])).toEqual([14]);
    expect(counts([demand(4, 3, 12)])).toEqual([2]);
  });

  it('counts what another version was asked for, and not what another size was', () => {
    expect(counts([demand(2, 60)], [{ ...small, version: 'v2' }])).toEqual([4]);
    expect(counts([demand(2, 60)], [large])).toEqual([1]);
  });

  it('gives each kind its turn where there is not enough for all', () => {
    expect(counts([demand(1, 600), demand(1, 60, 0, large)], [small, large], { ...size, maximum: 7 })).toEqual([4, 3]);
    expect(counts([demand(1, 600)], [small, large], { ...size, maximum: 7 })).toEqual([6, 1]);
    expect(counts([], [small, large], { ...size, minimum: 3, maximum: 1 })).toEqual([1, 0]);
  });

  it('is never above the maximum, never below the minimum where there is room, and never falls when more is asked for', () => {
    const hours = fc.array(fc.tuple(fc.nat(9), fc.nat(5000), fc.nat(50)), { maxLength: 12 });
    fc.assert(
      fc.property(hours, fc.nat(5), fc.nat(80), (given, minimum, maximum) => {
        const limits = { minimum, maximum, replacementSeconds: 60 };
        const kinds = [small, large];
        const asked = given.map(([hours_, claimed, missed], index) => demand(hours_, claimed, missed, kinds[index % 2]));
        const result = counts(asked, kinds, limits);
        const sum = result.reduce((one, other) => one + other, 0);
        expect(sum).toBeLessThanOrEqual(maximum);
        if (maximum >= 2 * minimum) expect(Math.min(...result)).toBeGreaterThanOrEqual(minimum);
        const more = counts([...asked, demand(0, 100, 10)], [small], limits);
        expect(more[0]).toBeGreaterThanOrEqual(counts(asked, [small], limits)[0] ?? 0);
      }),
    );
  });
});
