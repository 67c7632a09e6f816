import type { RouterLimits } from '../../../container/router/options.ts';

const most = 1_000_000;

/** What one token may do is no bound here: one client stands for many. All else is as in service. */
export const unlimited: Partial<RouterLimits> = {
  maxStreamsPerToken: most,
  maxStreamsPerInstance: most,
  maxStreamsPerWorkspace: most,
  maxCallsPerSecondPerToken: most,
  maxCallsPerSecondPerInstance: most,
  maxCallsPerSecondPerWorkspace: most,
};
