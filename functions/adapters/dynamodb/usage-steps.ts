export const stepsOfUsage = ['minute', 'hour', 'day'] as const;
export type UsageStep = (typeof stepsOfUsage)[number];

const milliseconds: Record<UsageStep, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** A time span, its end excluded, and the items that hold what was counted in it. */
export interface UsageSpan {
  step: UsageStep;
  from: string;
  to: string;
}

/** Start of the minute, hour or day that a time is in, in UTC. */
export function startOf(step: UsageStep, time: string): string {
  const length = milliseconds[step];
  return new Date(Math.floor(Date.parse(time) / length) * length).toISOString();
}

/**
 * Divides a span so that it is read from as few items as it can: days in its middle, hours beside them and minutes at its edges. None is
 * longer than the step the question asks for. In the order of time.
 */
export function divideSpan({ from, to }: { from: string; to: string }, step: UsageStep): UsageSpan[] {
  // A minute belongs to the span where its start does.
  return divide(nextStart('minute', Date.parse(from)), nextStart('minute', Date.parse(to)), step);
}

function divide(from: number, to: number, step: UsageStep): UsageSpan[] {
  if (from >= to) return [];
  const finer = step === 'day' ? 'hour' : 'minute';
  const first = nextStart(step, from);
  const last = Math.floor(to / milliseconds[step]) * milliseconds[step];
  const span = { step, from: new Date(first).toISOString(), to: new Date(last).toISOString() };
  if (step === 'minute') return [span];
  if (first >= last) return divide(from, to, finer);
  return [...divide(from, first, finer), span, ...divide(last, to, finer)];
}

function nextStart(step: UsageStep, time: number): number {
  return Math.ceil(time / milliseconds[step]) * milliseconds[step];
}
