import type { RateGovernor, RateLimit } from '../rate-governor.ts';
import { InMemoryRateGovernor } from './in-memory-rate-governor.ts';

/** What every plan allows. Source: Smartlead's rate limit guide, 60 a minute and 10 a second on the smallest plan, kept below. */
export const safeRateLimit: RateLimit = { perSecond: 5, perMinute: 50 };

/**
 * Reads `off`, or calls per second and minute such as `10/120`; without a text the safe default, which learns.
 * The text is expected to have the form that the configuration schema checks. Where several processes serve the key, each keeps to
 * its part of the limit.
 */
export function createRateGovernor(text: string | undefined, processes = 1): RateGovernor {
  if (text === 'off') return unlimited;
  if (text === undefined) return new InMemoryRateGovernor(safeRateLimit, { learns: true, processes });
  const [perSecond, perMinute] = text.split('/').map(Number) as [number, number];
  return new InMemoryRateGovernor({ perSecond, perMinute }, { learns: false, processes });
}

const unlimited: RateGovernor = {
  acquire: () => Promise.resolve(),
  observe: () => undefined,
  state: () => ({ waiting: 0, usedLastMinute: 0, pausedSeconds: 0 }),
};
