import type { UsageStep } from '../../api/contract.ts';

const hour = 3_600_000;

/** How far back usage is shown, and in what steps. `reach` in milliseconds. */
export const ranges = {
  hour: { label: 'Last hour', reach: hour, step: 'minute' },
  day: { label: 'Last 24 hours', reach: 24 * hour, step: 'hour' },
  week: { label: 'Last 7 days', reach: 7 * 24 * hour, step: 'day' },
  month: { label: 'Last 30 days', reach: 30 * 24 * hour, step: 'day' },
} as const satisfies Record<string, { label: string; reach: number; step: UsageStep }>;

export type RangeName = keyof typeof ranges;

export function isRangeName(name: string | null): name is RangeName {
  return name !== null && Object.hasOwn(ranges, name);
}
