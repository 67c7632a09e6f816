import { logEntryMatches } from '../domain/log-filter.ts';
import type { InstanceLogEntry, InstanceLogFeed, InstanceLogFilter } from '../ports.ts';
import type { Platform } from './platform.ts';

/** Time between two keep-alive comments, in milliseconds; proxies close connections that are silent for longer. */
const keepAliveInterval = 15_000;

/** Longest life of a stream, in milliseconds: that of an access token. */
export const longestStream = 15 * 60_000;

/** Entries of the past that a stream starts with. */
export const backlog = 50;

/** Entries of the past that a client gets which comes back with the id of the last one it saw, at most. */
const longestResumption = 1000;

/** Entries that may wait for a slow reader; beyond, the oldest are dropped. They stay in the store. */
const longestQueue = 1000;

export interface LogFollower {
  filter: InstanceLogFilter;
  /** Id of the last entry that the client saw before its connection was cut; it gets what came since. */
  lastEventId?: string | undefined;
  /** Aborted when the client leaves. */
  signal: AbortSignal;
  show(entry: InstanceLogEntry): unknown;
  /** Whether the client may go on; asked every 15 seconds. */
  mayFollow(): Promise<boolean>;
}

/**
 * The log of an instance as server-sent events, as text chunks: the newest entries first of all (or those since the last one that the
 * client saw), oldest first among themselves, then each new one. A client that reads too slowly loses the oldest of those that wait for
 * it and is told how many in an event `gap`. Ends when the signal is aborted, when the reader returns, after 15 minutes, or where
 * `mayFollow` says no.
 */
export async function* followLogs(
  platform: Pick<Platform, 'instanceLogs'>,
  feed: InstanceLogFeed,
  instanceId: string,
  { filter, lastEventId, signal, show, mayFollow }: LogFollower,
): AsyncGenerator<string, void, undefined> {
  const queue: InstanceLogEntry[] = [];
  let ended = signal.aborted;
  let keepAliveDue = false;
  let lost = 0;
  let wake: () => void = () => {};
  const end = () => {
    ended = true;
    wake();
  };
  // Subscribed before the past is read, so that nothing falls between the two.
  const unsubscribe = feed.subscribe(instanceId, (entry) => {
    if (!logEntryMatches(entry, filter)) return;
    queue.push(entry);
    if (queue.length > longestQueue) {
      queue.shift();
      lost += 1;
    }
    wake();
  });
  const keepAlive = setInterval(() => {
    keepAliveDue = true;
    wake();
  }, keepAliveInterval);
  const limit = setTimeout(end, longestStream);
  signal.addEventListener('abort', end, { once: true });
  try {
    // Sent at once, so that the client sees the stream open although nothing may be logged for long.
    yield ': following\n\n';
    const past = await readPast(platform, instanceId, filter, lastEventId);
    const sent = new Set(past.map((entry) => entry.id));
    for (const entry of past) yield logFrame(entry.id, show(entry));
    while (!ended) {
      if (keepAliveDue) {
        keepAliveDue = false;
        if (!(await mayFollow())) return;
        yield ': keep-alive\n\n';
      }
      if (lost > 0) {
        yield `event: gap\ndata: ${JSON.stringify({ entries: lost })}\n\n`;
        lost = 0;
      }
      const entry = queue.shift();
      if (entry !== undefined) {
        if (!sent.delete(entry.id)) yield logFrame(entry.id, show(entry));
      } else if (!keepAliveDue && !ended) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    unsubscribe();
    clearInterval(keepAlive);
    clearTimeout(limit);
    signal.removeEventListener('abort', end);
  }
}

/** Oldest first. */
async function readPast(
  platform: Pick<Platform, 'instanceLogs'>,
  instanceId: string,
  filter: InstanceLogFilter,
  lastEventId: string | undefined,
): Promise<InstanceLogEntry[]> {
  // Anything else in that header is not from us, and would compare with our identifiers by chance.
  const lastSeen = lastEventId?.startsWith('log_') ? lastEventId : undefined;
  const limit = lastSeen === undefined ? backlog : longestResumption;
  const { items } = await platform.instanceLogs.list(instanceId, filter, { limit });
  // Identifiers of entries sort in the order in which they came.
  const unseen = lastSeen === undefined ? items : items.filter((entry) => entry.id > lastSeen);
  return unseen.reverse();
}

/** An entry as an event. The id lets a client go on from here after its connection was cut. */
export function logFrame(id: string, entry: unknown): string {
  return `data: ${JSON.stringify(entry)}\nid: ${id}\n\n`;
}
