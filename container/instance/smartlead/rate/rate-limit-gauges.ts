import type { Metrics } from '../../observability/metrics.ts';
import type { RateGovernor } from '../rate-governor.ts';

/** Shows how the rate limit stands. The platform's dashboard reads these names. */
export function addRateLimitGauges(metrics: Metrics, governor: RateGovernor): void {
  const gauge = (name: string, help: string, read: () => number | undefined) =>
    metrics.gauge(`smartlead_mcp_rate_limit_${name}`, help, read);
  gauge('waiting', 'Calls that wait for the rate limit.', () => governor.state().waiting);
  gauge('per_second', 'Requests to Smartlead that may leave within a second.', () => governor.state().limit?.perSecond);
  gauge('per_minute', 'Requests to Smartlead that may leave within a minute.', () => governor.state().limit?.perMinute);
  gauge('per_hour', 'Requests to Smartlead that may leave within an hour, once that limit is known.', () => {
    return governor.state().limit?.perHour;
  });
  gauge('learned', 'Whether the limit was learned from Smartlead (1) or is the one set or started with (0).', () => {
    const { limit } = governor.state();
    return limit === undefined ? undefined : Number(limit.learned);
  });
  gauge('used_last_minute', 'Requests to Smartlead that left within the last 60 seconds.', () => {
    const { limit, usedLastMinute } = governor.state();
    return limit === undefined ? undefined : usedLastMinute;
  });
  gauge('remaining', 'Requests to Smartlead that may still leave in the present window.', () => governor.state().remaining);
  gauge('paused_seconds', 'Seconds until requests may leave again after Smartlead asked for a pause.', () => {
    return governor.state().pausedSeconds;
  });
}
