import type { Usage, UsageStep } from '../../api/contract.ts';
import type { Bar } from '../../components/bar-chart.tsx';

const lengths: Record<UsageStep, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

const clock = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const clockWithDay = new Intl.DateTimeFormat('en', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});
// Days are counted in UTC, so they are named in UTC: elsewhere a local name would be the day before.
const day = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', timeZone: 'UTC' });

/** One bar per step between the times of the answer, also for steps without a call. */
export function barsOf(usage: Usage): Bar[] {
  const length = lengths[usage.step];
  const sums = new Map<number, { calls: number; errors: number }>();
  for (const row of usage.items) {
    const start = floor(row.time, length);
    const sum = sums.get(start) ?? { calls: 0, errors: 0 };
    sums.set(start, { calls: sum.calls + row.calls, errors: sum.errors + row.errors });
  }
  const bars: Bar[] = [];
  for (let start = floor(usage.from, length); start < new Date(usage.to).getTime(); start += length) {
    const sum = sums.get(start) ?? { calls: 0, errors: 0 };
    const time = new Date(start);
    bars.push({
      id: time.toISOString(),
      label: usage.step === 'day' ? `${day.format(time)} (UTC)` : clockWithDay.format(time),
      tick: usage.step === 'day' ? day.format(time) : clock.format(time),
      value: sum.calls,
      errors: sum.errors,
    });
  }
  return bars;
}

function floor(time: string, length: number): number {
  return Math.floor(new Date(time).getTime() / length) * length;
}
