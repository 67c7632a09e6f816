import { readSettings } from '../../../infra/config.ts';
import { type CustomerGroup, loadOf, usualCustomer } from '../../../infra/cost/load.ts';
import type { Program } from '../../../infra/cost/program.ts';
import type { Situation } from '../../../infra/cost/situation.ts';

/** Round numbers, for bills that are worked out by hand. */
export const roundProgram: Program = {
  instanceTask: { cpu: 256, memory: 512 },
  transitions: { start: 11, sleep: 7 },
  calls: { start: ['BeginOperation', 'LaunchInstance'], sleep: ['BeginOperation', 'StopInstance'] },
  functionsKeptReady: 8,
  usageFlushSeconds: 10,
  streamUsageSeconds: 900,
  lookUpSeconds: 5,
  tokenNoteSeconds: 900,
  streamLookSeconds: 60,
  warmTasks: () => 5,
};

/** Customers of the usual kind, changed as told. */
export function customers(count: number, change: Partial<CustomerGroup> = {}): CustomerGroup {
  return { ...usualCustomer, ...change, count };
}

/** The stage prod in Frankfurt, changed as told. */
export function situation(
  groups: readonly CustomerGroup[],
  change: Partial<Omit<Situation, 'settings' | 'load'>> & { settings?: Record<string, unknown> } = {},
): Situation {
  const { settings = {}, ...rest } = change;
  return {
    region: 'eu-central-1',
    program: roundProgram,
    spotShare: 0,
    usersWithoutCharge: 10_000,
    ...rest,
    settings: readSettings({ stage: 'prod', ...settings }),
    load: loadOf(groups),
  };
}
