import type { FieldError } from '../../../core/problem.ts';
import type { MetricStep } from '../../ports.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** Length of a step in milliseconds. */
export const stepMilliseconds: Record<MetricStep, number> = { minute, hour };

/** How long rows of each step are kept, in milliseconds. */
export const keptMilliseconds: Record<MetricStep, number> = { minute: day, hour: 31 * day };

/** Longest period that can be read at once, from the step that `from` lies in to the one `to` lies in: what is kept, so at most 1,441 points. */
const longestRange: Record<MetricStep, { milliseconds: number; words: string }> = {
  minute: { milliseconds: keptMilliseconds.minute, words: '24 hours' },
  hour: { milliseconds: keptMilliseconds.hour, words: '31 days' },
};

/** What is read where no beginning is named. */
const usualRange: Record<MetricStep, number> = { minute: hour, hour: day };

/** Whole steps beyond it could not be written as a time any more. */
const lastEnd = Date.UTC(9999, 0);

export interface MetricRange {
  /** Starts of steps: the first one, and the one after the last. */
  from: string;
  to: string;
}

/**
 * The period a question about metrics covers, widened to whole steps. Without `to` it ends with the present step, without `from` it
 * begins an hour (by minute) or a day (by hour) before its end.
 */
export function metricRange(
  asked: { from?: string | undefined; to?: string | undefined; step: MetricStep },
  now: Date,
): MetricRange | { errors: FieldError[] } {
  const step = stepMilliseconds[asked.step];
  const end = Date.parse(asked.to ?? now.toISOString());
  const begin = asked.from === undefined ? end - usualRange[asked.step] : Date.parse(asked.from);
  if (end > lastEnd) return { errors: [{ path: 'to', message: 'must be before the year 9999' }] };
  if (begin >= end) return { errors: [{ path: 'from', message: 'must be before "to"' }] };
  const { milliseconds, words } = longestRange[asked.step];
  const [firstStep, lastStep] = [begin, end].map((time) => Math.floor(time / step) * step) as [number, number];
  if (lastStep - firstStep > milliseconds) {
    return { errors: [{ path: 'from', message: `must be at most ${words} before "to" where step is "${asked.step}"` }] };
  }
  const to = Math.ceil(end / step) * step;
  const from = asked.from === undefined ? to - usualRange[asked.step] : firstStep;
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
}

/** The start of the step that a time lies in. */
export function stepOf(step: MetricStep, time: number): string {
  return new Date(Math.floor(time / stepMilliseconds[step]) * stepMilliseconds[step]).toISOString();
}
