import { infiniteQueryOptions, keepPreviousData, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { EventSourceParserStream } from 'eventsource-parser/stream';
import { useEffect, useState } from 'react';
import { useApi } from './api-context.tsx';
import type { LogEntry, Page } from './contract.ts';
import type { HttpClient } from './http-client.ts';
import { ApiProblem } from './problem.ts';

export interface LogFilter {
  level: string;
  tool: string;
  search: string;
  /** `ok`, or a stable error code. */
  outcome: string;
  requestId: string;
  /** ISO 8601; empty for no limit. */
  from: string;
  to: string;
}

type LogPages = { pages: Page<LogEntry>[]; pageParams: (string | undefined)[] };

const logsPath = (instanceId: string) => `/v1/instances/${encodeURIComponent(instanceId)}/logs`;
const logsKey = (instanceId: string, filter: LogFilter) => ['instance', instanceId, 'logs', filter] as const;

const pollMilliseconds = 3000;
const reconnectMilliseconds = 2000;
const keptEntries = 2000;

const logsQuery = (api: HttpClient, instanceId: string, filter: LogFilter) =>
  infiniteQueryOptions({
    queryKey: logsKey(instanceId, filter),
    queryFn: ({ pageParam, signal }) =>
      api.get<Page<LogEntry>>(logsPath(instanceId), { query: { ...filter, limit: 100, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  });

/** The log, newest first, page by page. */
export function useLogs(instanceId: string, filter: LogFilter, polling: boolean) {
  const api = useApi();
  return useInfiniteQuery({
    ...logsQuery(api, instanceId, filter),
    placeholderData: keepPreviousData,
    refetchInterval: polling ? pollMilliseconds : false,
  });
}

/** Tool calls among the latest log entries, newest first. */
export function useRecentCalls(instanceId: string) {
  const api = useApi();
  return useQuery({
    queryKey: ['instance', instanceId, 'recent-calls'],
    queryFn: async ({ signal }) => {
      const page = await api.get<Page<LogEntry>>(logsPath(instanceId), { query: { limit: 100 }, signal });
      return page.items.filter((entry) => isText(entry.tool) && isText(entry.outcome));
    },
    refetchInterval: pollMilliseconds,
  });
}

export type FollowState = 'off' | 'connecting' | 'live' | 'polling';

/**
 * Adds new entries to the log as they happen. `polling` where the service offers no stream (it answers without one); the caller
 * then asks again and again instead.
 */
export function useFollowLogs(instanceId: string, filter: LogFilter, wanted: boolean): FollowState {
  const api = useApi();
  const queries = useQueryClient();
  const [state, setState] = useState<FollowState>('connecting');
  const { level, tool, search, outcome, requestId, from, to } = filter;

  useEffect(() => {
    if (!wanted) return;
    const controller = new AbortController();
    const asked = { level, tool, search, outcome, requestId, from, to };
    const key = logsKey(instanceId, asked);
    const add = (entry: LogEntry) => queries.setQueryData<LogPages>(key, (pages) => withEntry(pages, entry));
    const catchUp = () => queries.invalidateQueries({ queryKey: key });
    // The stream begins with the newest entries, so nothing is missed in between. Without a page there would be nothing to add them to.
    const firstPage = queries.ensureInfiniteQueryData(logsQuery(api, instanceId, asked)).catch(() => undefined);
    void firstPage.then(() => {
      if (!controller.signal.aborted) void follow(api, instanceId, asked, controller.signal, setState, add, catchUp);
    });
    return () => controller.abort();
  }, [api, queries, instanceId, level, tool, search, outcome, requestId, from, to, wanted]);

  return wanted ? state : 'off';
}

async function follow(
  api: HttpClient,
  instanceId: string,
  filter: LogFilter,
  signal: AbortSignal,
  setState: (state: FollowState) => void,
  add: (entry: LogEntry) => void,
  catchUp: () => void,
): Promise<void> {
  let lastEventId: string | undefined;
  let pause = reconnectMilliseconds;
  let state: FollowState = 'connecting';
  const show = (next: FollowState) => {
    if (next !== state) setState(next);
    state = next;
  };
  setState(state);
  let interrupted = false;
  while (!signal.aborted) {
    try {
      // fetch, not EventSource: that cannot send the Authorization header.
      const headers: Record<string, string> = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
      const response = await api.open(logsPath(instanceId), { query: { ...filter, follow: true }, signal, headers });
      if (response.body === null || !response.headers.get('content-type')?.includes('text/event-stream')) {
        await response.body?.cancel();
        return show('polling');
      }
      show('live');
      // Without an id the service cannot know what this client missed while the stream was down.
      if (interrupted && lastEventId === undefined) catchUp();
      const parser = new EventSourceParserStream({ onRetry: (milliseconds) => (pause = milliseconds) });
      const reader = response.body.pipeThrough(new TextDecoderStream()).pipeThrough(parser).getReader();
      for (let next = await reader.read(); !next.done; next = await reader.read()) {
        lastEventId = next.value.id ?? lastEventId;
        if (next.value.event === 'gap') catchUp();
        else add(JSON.parse(next.value.data) as LogEntry);
      }
    } catch (error) {
      // An answer that is no stream: this installation cannot follow logs. Without an answer the loop tries again.
      if (error instanceof ApiProblem && error.status > 0) return show('polling');
      if (!signal.aborted) show('connecting');
    }
    interrupted = true;
    if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

function withEntry(pages: LogPages | undefined, entry: LogEntry): LogPages | undefined {
  const first = pages?.pages[0];
  if (pages === undefined || first === undefined) return pages;
  if (first.items.some((known) => known.id === entry.id)) return pages;
  const at = first.items.findIndex((known) => known.time <= entry.time);
  const items = first.items.toSpliced(at === -1 ? first.items.length : at, 0, entry).slice(0, keptEntries);
  return { ...pages, pages: [{ ...first, items }, ...pages.pages.slice(1)] };
}

function isText(value: string | null | undefined): value is string {
  return value !== undefined && value !== null && value !== '';
}
