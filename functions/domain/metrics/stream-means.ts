/** Routers tell of streams that stand at least this often, in seconds (`streamUsageMs` of the router). */
const longestUncounted = 15 * 60;

/**
 * How many streams were open at the mean in each step, from the seconds that were counted in it; `null` where none were. Routers may count
 * minutes of a stream at once: what one step cannot hold of one stream is spread back over the time since the count before it, a quarter
 * of an hour at most, and where there is none, over as long as one stream takes for it. Pure.
 * @param counted Seconds of all streams together, by step, the oldest first.
 */
export function streamMeans(counted: readonly number[], stepSeconds: number): (number | null)[] {
  const means = counted.map((): number | null => null);
  const most = Math.max(1, Math.floor(longestUncounted / stepSeconds));
  let previous = Number.NEGATIVE_INFINITY;
  for (const [step, seconds] of counted.entries()) {
    if (seconds <= 0) continue;
    const sincePrevious = step - previous;
    const needed = Math.ceil(seconds / stepSeconds);
    const steps = needed <= 1 ? 1 : Math.min(most, sincePrevious <= most ? sincePrevious : needed);
    const mean = seconds / (steps * stepSeconds);
    for (let index = Math.max(0, step - steps + 1); index <= step; index += 1) means[index] = mean;
    previous = step;
  }
  return means;
}
