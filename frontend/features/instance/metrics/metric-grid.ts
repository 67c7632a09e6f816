import type { MetricPoint, MetricSeries, MetricStep } from '../../../api/contract.ts';
import type { Moment } from '../../../components/line-chart.tsx';

const lengths: Record<MetricStep, number> = { minute: 60_000, hour: 3_600_000 };

const clock = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const day = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short' });
const exact = new Intl.DateTimeFormat('en', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});

/** Every step between the times of an answer, with its point where the service knows one. */
export interface MetricGrid {
  moments: readonly Moment[];
  points: readonly (MetricPoint | undefined)[];
}

/** Lays the points out in equal steps, so that times of which nothing is known take their room as well. */
export function metricGrid(series: Pick<MetricSeries, 'from' | 'to' | 'step' | 'points'>): MetricGrid {
  const length = lengths[series.step];
  const known = new Map(series.points.map((point) => [floor(point.time, length), point]));
  const moments: Moment[] = [];
  const points: (MetricPoint | undefined)[] = [];
  for (let start = floor(series.from, length); start < new Date(series.to).getTime(); start += length) {
    const time = new Date(start);
    moments.push({
      id: time.toISOString(),
      label: exact.format(time),
      tick: series.step === 'hour' ? day.format(time) : clock.format(time),
    });
    points.push(known.get(start));
  }
  return { moments, points };
}

export type MetricField = Exclude<keyof MetricPoint, 'time'>;

/** One number of every step; `null` where it is not known. */
export function valuesOf({ points }: MetricGrid, field: MetricField): (number | null)[] {
  return points.map((point) => point?.[field] ?? null);
}

/** Whether anything but zeros is known of the time. */
export function isMeasured({ points }: MetricGrid): boolean {
  return points.some(
    (point) =>
      point !== undefined && Object.entries(point).some(([field, value]) => field !== 'time' && value !== null && value !== 0),
  );
}

/** The sum over all steps; `null` where no step knows the number. */
export function sumOf(grid: MetricGrid, field: MetricField): number | null {
  const known = valuesOf(grid, field).filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
}

function floor(time: string, length: number): number {
  return Math.floor(new Date(time).getTime() / length) * length;
}
