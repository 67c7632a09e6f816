import type { InstanceLogLine } from '../../core/instance-configuration.ts';

/** The outcome an instance logs when Smartlead answered that the key is not valid. */
const refusedOutcome = 'smartlead_key_refused';

/** Whether a log line of an instance says that Smartlead refused its key. */
export function tellsOfRefusedKey(line: Pick<InstanceLogLine, 'outcome'>): boolean {
  return line.outcome === refusedOutcome;
}
