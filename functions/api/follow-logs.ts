import type { InstanceLogEntry } from '../ports.ts';
import type { Platform } from './platform.ts';

/** Time between two keep-alive comments, in milliseconds; proxies close connections that are silent for longer. */
const keepAliveInterval = 15_000;

/** Longest life of a stream, in milliseconds: that of an access token. */
export const longestStream = 15 * 60_000;

/** Entries of the past that a stream starts with. */
const backlog = 50;

/** Entries that may wait for a slow reader; beyond, the oldest are dropped. They stay in the store. */
const longestQueue = 1000;

export interface LogFilter {
  level?: string | undefined;
  tool?: string | undefined;
  search?: string | undefined;
}

/**
 * The log of an instance as server-sent events, as text chunks: the newest entries first of all, oldest first among themselves,
 * then each new one. Ends when the signal is aborted, when the reader returns, after 15 minutes, or where `mayFollow` says no, which
 * is asked every 15 seconds.
 */
export async function* followLogs(
  platform: Platform,
  instanceId: string,
  filter: LogFilter,
  signal: AbortSignal,
  show: (entry: InstanceLogEntry) => unknown,
  mayFollow: () => Promise<boolean>,
): AsyncGenerator<string, void, undefined> {
  const queue: InstanceLogEntry[] = [];
  let ended = signal.aborted;
  let keepAliveDue = false;
  let wake: () => void = () => {};
  const end = () => {
    ended = true;
    wake();
  };
  // Subscribed before the past is read, so that nothing falls between the two.
  const unsubscribe = platform.instanceLogFeed.subscribe(instanceId, (entry) => {
    if (!matches(entry, filter)) return;
    queue.push(entry);
    if (queue.length > longestQueue) queue.shift();
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
    const past = await platform.instanceLogs.list(instanceId, filter, { limit: backlog });
    const sent = new Set(past.items.map((entry) => entry.id));
    for (const entry of past.items.toReversed()) yield frame(show(entry));
    while (!ended) {
      if (keepAliveDue) {
        keepAliveDue = false;
        if (!(await mayFollow())) return;
        yield ': keep-alive\n\n';
      }
      const entry = queue.shift();
      if (entry !== undefined) {
        if (!sent.delete(entry.id)) yield frame(show(entry));
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

function frame(entry: unknown): string {
  return `data: ${JSON.stringify(entry)}\n\n`;
}

function matches(entry: InstanceLogEntry, { level, tool, search }: LogFilter): boolean {
  return (
    (level === undefined || entry.level === level) &&
    (tool === undefined || entry.tool === tool) &&
    (search === undefined || entry.message.toLowerCase().includes(search.toLowerCase()))
  );
}
