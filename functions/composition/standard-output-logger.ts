import type { LogFields, Logger } from '../api/platform.ts';

/** Writes each entry as one JSON line, `{time, level, message, details?}`, which CloudWatch Logs takes as a structured event. */
export function standardOutputLogger(write: (line: string) => void = (line) => process.stdout.write(line)): Logger {
  const log = (level: string, message: string, details?: LogFields): void =>
    write(`${JSON.stringify({ time: new Date().toISOString(), level, message, details })}\n`);
  return {
    info: (message, fields) => log('info', message, fields),
    warn: (message, fields) => log('warn', message, fields),
    error: (message, fields) => log('error', message, fields),
  };
}
