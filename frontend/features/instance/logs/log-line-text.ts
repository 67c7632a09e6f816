import type { LogEntry } from '../../../api/contract.ts';

/** An entry as one line of text with all that is known of it, to paste into a message to somebody. */
export function logLineText(entry: LogEntry): string {
  const { time, level, message, tool, durationMs, outcome, requestId } = entry;
  const facts = Object.entries({ tool, durationMs, outcome, requestId, arguments: entry.arguments })
    .filter(([, value]) => value !== undefined && value !== null && value !== '')
    .map(([name, value]) => `${name}=${value}`);
  return [time, level, message, ...facts].join(' ');
}
