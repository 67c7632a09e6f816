import { timeOfIdentifier } from '../../core/identifiers.ts';
import type { InstanceLogEntry } from '../ports.ts';
import { backlog, type LogFollower, logFrame } from './follow-logs.ts';
import type { Platform } from './platform.ts';

/** How often, and how long apart in milliseconds, the store is asked before the client is to come back: 20 seconds in all. */
const looks = 20;
const pauseBetweenLooks = 1000;

/** When the client is to come back, in milliseconds. */
const comeBackAfter = 1000;

/**
 * How old an entry has to be before it is shown, in milliseconds. Entries are stored by several processes at once, so one with a smaller
 * id can be there later; a client that had seen the larger one already would never get it.
 */
const settling = 2000;

/** How much earlier than it was stored an entry may say that it was written, in milliseconds. */
const longestWay = 5 * 60_000;

/** Pages that are read for a client that comes back, and what an answer holds at most: a function may answer 6 MB. */
const pageSize = 1000;
const mostPages = 5;
const mostBytes = 4 * 1024 * 1024;

/**
 * The log of an instance as server-sent events for hosts that send an answer only once it is complete. Ends as soon as there is
 * something to show, and after 20 seconds in any case; it says when to come back, and a client that does so with the id of the last event
 * loses nothing. First of all come the newest entries, oldest first, then those after the last one that the client saw, in the order of
 * their ids.
 */
export async function* followLogsBriefly(
  platform: Platform,
  instanceId: string,
  { filter, lastEventId, signal, show }: Omit<LogFollower, 'mayFollow'>,
): AsyncGenerator<string, void, undefined> {
  yield `retry: ${comeBackAfter}\n\n`;
  for (let look = 0; look < looks && !signal.aborted; look += 1) {
    if (look > 0) await pause(signal);
    const entries = await readUnseen(platform, instanceId, filter, lastEventId);
    let bytes = 0;
    for (const entry of entries) {
      const text = logFrame(entry.id, show(entry));
      bytes += Buffer.byteLength(text);
      if (bytes > mostBytes) break;
      yield text;
    }
    if (entries.length > 0) return;
  }
}

/** Settled entries that the client has not seen, oldest first. */
async function readUnseen(
  platform: Platform,
  instanceId: string,
  filter: LogFollower['filter'],
  lastEventId: string | undefined,
): Promise<InstanceLogEntry[]> {
  const settledBefore = platform.clock.now().getTime() - settling;
  const isSettled = ({ id }: InstanceLogEntry) => (timeOfIdentifier('log', id) ?? 0) <= settledBefore;
  const lastSeen = lastEventId === undefined ? undefined : timeOfIdentifier('log', lastEventId);
  if (lastEventId === undefined || lastSeen === undefined) {
    const { items } = await platform.instanceLogs.list(instanceId, filter, { limit: backlog });
    return items.filter(isSettled).sort(byId);
  }
  const earliest = new Date(lastSeen - longestWay).toISOString();
  const from = filter.from !== undefined && filter.from > earliest ? filter.from : earliest;
  const unseen: InstanceLogEntry[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < mostPages; pages += 1) {
    const page = await platform.instanceLogs.list(instanceId, { ...filter, from }, { limit: pageSize, cursor });
    unseen.push(...page.items.filter((entry) => entry.id > lastEventId && isSettled(entry)));
    if (page.nextCursor === null) break;
    cursor = page.nextCursor;
  }
  return unseen.sort(byId);
}

function byId(one: InstanceLogEntry, other: InstanceLogEntry): number {
  return one.id < other.id ? -1 : 1;
}

function pause(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, pauseBetweenLooks);
    signal.addEventListener('abort', end, { once: true });
  });
}
