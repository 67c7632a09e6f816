import type { InstanceLogLine } from '../../../core/instance-configuration.ts';
import { logFaults } from '../process-lifetime.ts';
import { createLog, type Log, type LogLevel } from './log.ts';

/** Begins the log of this process on standard error, our own faults included. */
export function startLog(level: LogLevel, labels?: Readonly<Pick<InstanceLogLine, 'instanceId'>>): Log {
  const log = createLog(process.stderr, level, labels);
  logFaults(log);
  return log;
}
