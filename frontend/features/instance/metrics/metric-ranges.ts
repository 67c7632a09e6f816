import type { MetricStep } from '../../../api/contract.ts';

const hour = 3_600_000;

/** How far back numbers are shown, in milliseconds, and in what steps. Minutes are kept for a day, hours for a month. */
export const metricRanges = {
  hour: { label: 'Last hour', reach: hour, step: 'minute' },
  day: { label: 'Last 24 hours', reach: 24 * hour, step: 'minute' },
  week: { label: 'Last 7 days', reach: 7 * 24 * hour, step: 'hour' },
  month: { label: 'Last 30 days', reach: 30 * 24 * hour, step: 'hour' },
} as const satisfies Record<string, { label: string; reach: number; step: MetricStep }>;

export type MetricRange = keyof typeof metricRanges;

export const metricRangeOptions = Object.entries(metricRanges).map(([value, { label }]) => ({
  value: value as MetricRange,
  label,
}));

export function isMetricRange(name: string | null): name is MetricRange {
  return name !== null && Object.hasOwn(metricRanges, name);
}
