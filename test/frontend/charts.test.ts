import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { axisTop } from '../../frontend/components/axis-top.ts';
import { linePath } from '../../frontend/components/line-path.ts';
import { firstOrder, inOrder } from '../../frontend/components/row-order.ts';
import { isMeasured, metricGrid, sumOf, valuesOf } from '../../frontend/features/instance/metrics/metric-grid.ts';

describe('a line', () => {
  it('ends at an unknown value and begins anew; a value alone is a dot', () => {
    expect(linePath([0, 5, null, 10, null, 2.5, 0], 10)).toEqual({
      strokes: 'M0 100L16.67 50M83.33 75L100 100',
      dots: 'M50 0h0',
    });
    expect(linePath([null, null], 10)).toEqual({ strokes: '', dots: '' });
    expect(linePath([4], 8)).toEqual({ strokes: '', dots: 'M0 50h0' });
  });
});

describe('the end of an axis', () => {
  it('is at or above every value, and its half is whole', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e12, noNaN: true }), (largest) => {
        const top = axisTop(largest);
        expect(top).toBeGreaterThanOrEqual(largest);
        expect(Number.isInteger(top / 2)).toBe(true);
        expect(axisTop(largest, 2)).toBeGreaterThanOrEqual(largest);
      }),
    );
  });

  it.each([
    [0, 2],
    [7, 8],
    [31, 40],
    [100, 100],
  ])('of %d is %d', (largest, top) => expect(axisTop(largest)).toBe(top));

  it('of bytes is a power of two', () => expect(axisTop(81 * 1024 * 1024, 2)).toBe(128 * 1024 * 1024));
});

describe('rows', () => {
  const rows = [
    { name: 'b', calls: 2 },
    { name: 'a', calls: null },
    { name: 'c', calls: 7 },
  ];
  const columns = [
    { title: 'Name', sortBy: (row: (typeof rows)[number]) => row.name },
    { title: 'Calls', sortBy: (row: (typeof rows)[number]) => row.calls },
  ];
  const names = (title: string, direction: 'asc' | 'desc') =>
    inOrder(rows, columns, { title, direction }).map(({ name }) => name);

  it('are sorted by words or numbers, unknown ones last whichever way', () => {
    expect(names('Name', 'asc')).toEqual(['a', 'b', 'c']);
    expect(names('Calls', 'desc')).toEqual(['c', 'b', 'a']);
    expect(names('Calls', 'asc')).toEqual(['b', 'c', 'a']);
    expect(inOrder(rows, columns, undefined)).toBe(rows);
  });

  it('begin with A, or with the largest number', () => {
    expect(firstOrder('Name', columns, rows).direction).toBe('asc');
    expect(firstOrder('Calls', columns, rows).direction).toBe('desc');
  });
});

describe('numbers over time', () => {
  const empty = {
    ...{ calls: 0, errors: 0, p50Ms: null, p95Ms: null, p99Ms: null, bytesIn: null, bytesOut: null, streams: null },
    ...{
      streamSeconds: null,
      memoryBytes: null,
      cpuPercent: null,
      restarts: 0,
      wakes: 0,
      wakeMs: null,
      rateLimitRemaining: null,
    },
  };
  const series = {
    from: '2026-11-22T08:00:20.000Z',
    to: '2026-11-22T08:04:10.000Z',
    step: 'minute' as const,
    points: [
      { ...empty, time: '2026-11-22T08:01:00.000Z', calls: 3 },
      { ...empty, time: '2026-11-22T08:03:00.000Z', calls: 4, memoryBytes: 1024 },
    ],
  };

  it('take their room also where nothing is known', () => {
    const grid = metricGrid(series);
    expect(grid.moments.map(({ id }) => id.slice(11, 16))).toEqual(['08:00', '08:01', '08:02', '08:03', '08:04']);
    expect(valuesOf(grid, 'calls')).toEqual([null, 3, null, 4, null]);
    expect(sumOf(grid, 'calls')).toBe(7);
    expect(sumOf(grid, 'memoryBytes')).toBe(1024);
    expect(sumOf(grid, 'wakeMs')).toBeNull();
  });

  it('are none where there are zeros only', () => {
    expect(isMeasured(metricGrid(series))).toBe(true);
    expect(isMeasured(metricGrid({ ...series, points: [{ ...empty, time: series.points[0]?.time ?? '' }] }))).toBe(false);
  });
});
