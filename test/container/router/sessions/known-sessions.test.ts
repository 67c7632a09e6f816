import { randomBytes } from 'node:crypto';
import { afterEach, expect, it, vi } from 'vitest';
import { refusals } from '../../../../container/router/refusal.ts';
import { KnownSessions } from '../../../../container/router/sessions/known-sessions.ts';
import { MemorySessionDirectory } from '../../../../container/router/sessions/session-directory.ts';
import { SessionIds } from '../../../../container/router/sessions/session-id.ts';
import type { SessionTransport } from '../../../../container/router/sessions/session-record.ts';

const maxAgeMs = 60_000;
const subject = { instanceId: 'ins_1', workspaceId: 'ws_1' };

afterEach(() => {
  vi.useRealTimers();
});

function knowing(id: string, transport: SessionTransport, isConnected?: () => boolean) {
  const ids = new SessionIds(randomBytes(32));
  const directory = new MemorySessionDirectory(10);
  directory.put({ id, ...subject, transport, createdAt: Date.now(), initialized: true });
  return new KnownSessions(ids, directory, maxAgeMs, isConnected);
}

it('a session of the directory gets as old as it may, whatever its id looks like', () => {
  vi.useFakeTimers();
  const sessions = knowing('named-by-the-instance', 'streamable-http');
  vi.advanceTimersByTime(maxAgeMs);
  expect(sessions.find('named-by-the-instance', subject, 'streamable-http')).toMatchObject({ id: 'named-by-the-instance' });
  vi.advanceTimersByTime(1);
  expect(sessions.find('named-by-the-instance', subject, 'streamable-http')).toBe(refusals.sessionNotFound);
});

it('a session of HTTP+SSE goes on for as long as its client holds the stream', () => {
  vi.useFakeTimers();
  let isConnected = true;
  const sessions = knowing('s1', 'http-sse', () => isConnected);
  vi.advanceTimersByTime(2 * maxAgeMs);
  expect(sessions.find('s1', subject, 'http-sse')).toMatchObject({ id: 's1' });
  isConnected = false;
  expect(sessions.find('s1', subject, 'http-sse')).toBe(refusals.sessionNotFound);
});
