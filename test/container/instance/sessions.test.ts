import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { RefusedRequest } from '../../../container/instance/protocol/json-rpc.ts';
import { type Session, Sessions, usualSessionLimits } from '../../../container/instance/protocol/sessions.ts';
import { openStream, rawRequest } from './raw-http.ts';
import { authorization, startInstance } from './start-instance.ts';

class IdleSession implements Session {
  readonly sessionId: string;
  readonly openedAt = Date.now();
  lastUsedAt = this.openedAt;
  busy = false;
  onended?: () => void;

  constructor(sessionId: string) {
    this.sessionId = sessionId;
  }

  sweep(): void {
    // Nothing of it changes by itself.
  }

  end(): void {
    this.onended?.();
  }
}

function open(sessions: Sessions, id: string): IdleSession {
  const session = new IdleSession(id);
  sessions.makeRoom();
  sessions.add(session);
  return session;
}

function use(sessions: Sessions, id: string): boolean {
  const session = sessions.find(id, IdleSession);
  if (session !== undefined) sessions.use(session);
  return session !== undefined;
}

describe('sessions', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('end after 30 minutes without use', async () => {
    const sessions = new Sessions(usualSessionLimits);
    open(sessions, 'used');
    open(sessions, 'idle');
    open(sessions, 'busy').busy = true;
    await vi.advanceTimersByTimeAsync(20 * 60_000);
    expect(use(sessions, 'used')).toBe(true);
    await vi.advanceTimersByTimeAsync(11 * 60_000);
    expect(use(sessions, 'idle')).toBe(false);
    expect(use(sessions, 'used')).toBe(true);
    expect(use(sessions, 'busy')).toBe(true);
    expect(sessions.size).toBe(2);
  });

  it('end after 24 hours however much they are used', async () => {
    const sessions = new Sessions(usualSessionLimits);
    open(sessions, 'busy');
    for (let minutes = 0; minutes < 24 * 60 - 10; minutes += 10) {
      await vi.advanceTimersByTimeAsync(10 * 60_000);
      expect(use(sessions, 'busy')).toBe(true);
    }
    await vi.advanceTimersByTimeAsync(11 * 60_000);
    expect(sessions.size).toBe(0);
  });

  it('are limited in number: the one used least recently makes room, but none that is being answered', () => {
    const sessions = new Sessions({ ...usualSessionLimits, most: 3 });
    const opened = ['a', 'b', 'c'].map((id) => open(sessions, id));
    use(sessions, 'a');
    if (opened[1] !== undefined) opened[1].busy = true;
    open(sessions, 'd');
    expect(['a', 'b', 'c', 'd'].filter((id) => use(sessions, id))).toEqual(['a', 'b', 'd']);
    for (const id of ['a', 'd']) for (const session of [sessions.find(id, IdleSession)]) if (session) session.busy = true;
    expect(() => open(sessions, 'e')).toThrow(RefusedRequest);
    expect(sessions.size).toBe(3);
  });
});

it('a session that ends by its age ends the streams of its client, on both transports', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
  const running = await startInstance({}, { sessionLimits: { idleMs: 300, absoluteMs: 60_000, most: 10 } });
  const sse = await openStream(`${running.url}/sse`, { headers: authorization });
  const opened = await rawRequest(`${running.url}/mcp`, {
    method: 'POST',
    headers: { ...authorization, 'content-type': 'application/json' },
    body: '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"raw","version":"0"}}}',
  });
  const headers = { ...authorization, 'mcp-session-id': String(opened.headers['mcp-session-id']) };
  const standalone = await openStream(`${running.url}/mcp`, { headers });
  expect([sse.status, standalone.status]).toEqual([200, 200]);
  vi.setSystemTime(Date.now() + 300);
  await Promise.all([sse.ended, standalone.ended]);
  expect((await rawRequest(`${running.url}/mcp`, { headers })).status).toBe(404);
  await running.close();
});

it('500 sessions opened and dropped leave nothing behind', async () => {
  const running = await startInstance();
  for (let round = 0; round < 10; round += 1) {
    const streams = await Promise.all(
      Array.from({ length: 50 }, () => openStream(`${running.url}/sse`, { headers: authorization })),
    );
    for (const stream of streams) stream.leave();
  }
  const count = async () =>
    /^smartlead_mcp_sessions (\d+)$/m.exec((await rawRequest(`${running.url}/metrics`, { headers: authorization })).text)?.[1];
  await expect.poll(count).toBe('0');
  await running.close();
});
