import type { WarmDemand, WarmKind } from '../../ports.ts';

export interface WarmPoolSize {
  /** Processes of each kind that wait even where nobody asks. */
  minimum: number;
  /** Processes that wait, of all kinds together, at most. */
  maximum: number;
  /** How long it takes to replace one that was taken. */
  replacementSeconds: number;
}

/** So many processes of one kind should wait. */
export interface DesiredWarm extends WarmKind {
  count: number;
}

/** Hours of demand that count. */
export const demandHours = 6;

const hourMilliseconds = 60 * 60_000;
/** Share of launches that shall find a process, as long as they come independently of each other. */
const servedShare = 0.99;

/**
 * How many processes of each kind should wait. Launches of the busiest of the last hours are taken for the rate at which they come: as
 * many wait as are asked for, with a probability of 99 %, while one is replaced (a Poisson distribution). Where launches come together, as
 * when a working day begins, that is too few; so as many more wait as the present hour and the one before missed. What one version was
 * asked for counts for all: the next version is about to be asked for the same. Pure.
 * @param kinds What launches may ask for now, the most important first: where the maximum is too small for all, each gets one in turn.
 */
export function desiredWarm(
  demand: readonly WarmDemand[],
  kinds: readonly WarmKind[],
  size: WarmPoolSize,
  now: Date,
): DesiredWarm[] {
  const wanted = kinds.map((kind) => Math.max(size.minimum, needOf(demand, kind, size, now)));
  const counts = kinds.map(() => 0);
  let left = size.maximum;
  for (let isGiven = true; isGiven && left > 0; ) {
    isGiven = false;
    for (const [index, want] of wanted.entries()) {
      if (left === 0 || (counts[index] ?? 0) >= want) continue;
      counts[index] = (counts[index] ?? 0) + 1;
      left -= 1;
      isGiven = true;
    }
  }
  return kinds.map((kind, index) => ({ version: kind.version, size: kind.size, count: counts[index] ?? 0 }));
}

function needOf(demand: readonly WarmDemand[], kind: WarmKind, { replacementSeconds }: WarmPoolSize, now: Date): number {
  const hours = new Map<string, { launches: number; missed: number }>();
  const oldest = now.getTime() - demandHours * hourMilliseconds;
  for (const { size, hour, claimed, missed } of demand) {
    if (size !== kind.size || Date.parse(hour) < oldest) continue;
    const sum = hours.get(hour) ?? { launches: 0, missed: 0 };
    hours.set(hour, { launches: sum.launches + claimed + missed, missed: sum.missed + missed });
  }
  const busiest = Math.max(0, ...[...hours.values()].map(({ launches }) => launches));
  const recently = now.getTime() - 2 * hourMilliseconds;
  let missed = 0;
  for (const [hour, count] of hours) if (Date.parse(hour) > recently) missed += count.missed;
  return poissonQuantile((busiest * replacementSeconds) / 3600, servedShare) + missed;
}

/** Smallest number that a Poisson distribution of this mean exceeds with a probability of at most `1 - share`. */
function poissonQuantile(mean: number, share: number): number {
  // Beyond this the normal distribution is as good, and the exponential below would come to 0.
  if (mean > 500) return Math.ceil(mean + 2.33 * Math.sqrt(mean));
  let probability = Math.exp(-mean);
  let sum = probability;
  let number = 0;
  while (sum < share) {
    number += 1;
    probability *= mean / number;
    sum += probability;
  }
  return number;
}
