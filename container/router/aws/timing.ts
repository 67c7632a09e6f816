import type { RouterTiming } from '../options.ts';

/**
 * Where every look costs money and changes are pushed: what is remembered may be older, because the change feed says when it is not
 * true any more, and what is looked at only in case a push was missed is looked at once a minute. Every record of usage is written three
 * times (minute, hour, day), so streams that stand, and say the same all day, are told of four times an hour: a router that is
 * killed loses up to a quarter of an hour of stream seconds, and ten seconds of calls.
 */
export const awsTiming: Partial<RouterTiming> = {
  lookUpMaxAgeMs: 5_000,
  routeGraceMs: 60_000,
  tokenRecheckMs: 60_000,
  standingStreamLookMs: 60_000,
  arrivalPollMs: 100,
  tokenUsedMs: 15 * 60_000,
  usageFlushMs: 10_000,
  streamUsageMs: 15 * 60_000,
  drainSpreadMs: 40_000,
};
