import type { InstanceLogEntry, InstanceLogFilter } from '../ports.ts';

/** Whether an entry is one of those asked for: the same rule for what comes live as for what is read from the store. */
export function logEntryMatches(entry: InstanceLogEntry, filter: InstanceLogFilter): boolean {
  const { level, tool, outcome, requestId, search, from, to } = filter;
  return (
    (level === undefined || entry.level === level) &&
    (tool === undefined || entry.tool === tool) &&
    (outcome === undefined || entry.outcome === outcome) &&
    (requestId === undefined || entry.requestId === requestId) &&
    (search === undefined || entry.message.toLowerCase().includes(search.toLowerCase())) &&
    (from === undefined || entry.time >= from) &&
    (to === undefined || entry.time < to)
  );
}
