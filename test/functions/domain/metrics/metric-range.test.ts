import { describe, expect, it } from 'vitest';
import { metricRange } from '../../../../functions/domain/metrics/metric-range.ts';

const now = new Date('2026-11-22T08:30:20.000Z');

describe('the period of a question about metrics', () => {
  it.each([
    ['the last hour by minute', { step: 'minute' }, '2026-11-22T07:31:00.000Z', '2026-11-22T08:31:00.000Z'],
    ['the last day by hour', { step: 'hour' }, '2026-11-21T09:00:00.000Z', '2026-11-22T09:00:00.000Z'],
    [
      'what is asked, in whole steps',
      { step: 'minute', from: '2026-11-22T05:00:30.000Z', to: '2026-11-22T06:00:01.000Z' },
      '2026-11-22T05:00:00.000Z',
      '2026-11-22T06:01:00.000Z',
    ],
  ] as const)('is %s', (_words, asked, from, to) => {
    expect(metricRange(asked, now)).toEqual({ from, to });
  });

  it.each([
    ['24 hours', 'minute', '2026-11-21T08:30:00.000Z'],
    ['24 hours and some seconds, from a clock that is behind', 'minute', '2026-11-21T08:30:19.990Z'],
    ['31 days', 'hour', '2026-10-22T08:30:19.990Z'],
  ] as const)('may begin %s ago although the present step has begun', (_words, step, from) => {
    expect(metricRange({ step, from }, now)).toMatchObject({ from: expect.stringContaining(from.slice(0, 13)) });
  });

  it('has an end that can be written down', () => {
    const asked = { step: 'minute', to: '9999-12-31T23:59:30.000Z' } as const;
    expect(metricRange(asked, now)).toEqual({ errors: [{ path: 'to', message: 'must be before the year 9999' }] });
  });

  it.each([
    ['before "to"', { step: 'minute', from: '2026-11-22T09:00:00.000Z' }],
    ['at most 24 hours', { step: 'minute', from: '2026-11-21T08:00:00.000Z' }],
    ['at most 31 days', { step: 'hour', from: '2026-10-01T08:00:00.000Z' }],
  ] as const)('has to begin %s', (words, asked) => {
    expect(metricRange(asked, now)).toEqual({ errors: [{ path: 'from', message: expect.stringContaining(words) }] });
  });
});
