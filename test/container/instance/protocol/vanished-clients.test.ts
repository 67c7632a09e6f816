import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { usualPresenceLimits } from '../../../../container/instance/protocol/client-presence.ts';
import { HttpSseSession } from '../../../../container/instance/protocol/http-sse-session.ts';
import { StreamableHttpSession } from '../../../../container/instance/protocol/streamable-http-session.ts';
import { type OpenStream, openStream, rawRequest } from '../raw-http.ts';
import { initialize, json, openSession, type RunningDoors, readEvents, startDoors } from './start-doors.ts';

let doors: RunningDoors;
beforeEach(() => {
  // Time passes when a test says so.
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(async () => {
  vi.useRealTimers();
  await doors.close();
});

const { pingAfterMs, goneAfterMs } = usualPresenceLimits;

/** Lets so much time pass, and looks after the sessions at its end. */
function pass(milliseconds: number): void {
  vi.setSystemTime(Date.now() + milliseconds);
  doors.sessions.sweep();
}

/** Waits for the ping that is sent at this very time. */
const pinged = (stream: OpenStream) => stream.waitFor(new RegExp(`"id":"ping-${Date.now()}","method":"ping"`));

/** Stays silent until it has been asked twice, and then for as long as is allowed. */
async function staySilent(stream: OpenStream): Promise<void> {
  pass(pingAfterMs);
  await pinged(stream);
  pass(goneAfterMs - pingAfterMs - 1);
  await pinged(stream);
}

describe('a client that holds a stream and says nothing', () => {
  it('is asked whether it is there, and loses its HTTP+SSE session where it does not answer', async () => {
    doors = await startDoors();
    const stream = await openStream(`${doors.url}/sse`);
    await staySilent(stream);
    expect(doors.sessions.size).toBe(1);
    pass(1);
    await stream.ended;
    await expect.poll(() => doors.sessions.size).toBe(0);
  });

  it('keeps its HTTP+SSE session by answering, which does not count as use', async () => {
    doors = await startDoors();
    const stream = await openStream(`${doors.url}/sse`);
    const [, endpoint, id] = await stream.waitFor(/data: (\S+sessionId=(\S+))/);
    await rawRequest(`${doors.url}${endpoint}`, { method: 'POST', headers: json, body: initialize() });
    const session = doors.sessions.find(String(id), HttpSseSession);
    const lastUsedAt = session?.lastUsedAt;
    for (let silence = 0; silence < 3 * goneAfterMs; silence += pingAfterMs) {
      pass(pingAfterMs);
      await pinged(stream);
      const body = JSON.stringify({ jsonrpc: '2.0', id: `ping-${Date.now()}`, result: {} });
      await rawRequest(`${doors.url}${endpoint}`, { method: 'POST', headers: json, body });
    }
    expect(doors.sessions.size).toBe(1);
    expect(session?.lastUsedAt).toBe(lastUsedAt);
    stream.leave();
  });

  it('is not asked in the same moment as all that came with it', async () => {
    doors = await startDoors();
    const streams = await Promise.all(Array.from({ length: 40 }, () => openStream(`${doors.url}/sse`)));
    await Promise.all(streams.map((stream) => stream.waitFor(/event: endpoint/)));
    const opened = Date.now();
    for (const part of [0.4, 0.35, 0.25]) pass(part * pingAfterMs);
    // A ping is named by its time.
    const asked = await Promise.all(streams.map((stream) => stream.waitFor(/"ping-(\d+)"/)));
    const moments = new Set(asked.map(([, time]) => Number(time) - opened));
    expect(moments).toEqual(new Set([0.75 * pingAfterMs, pingAfterMs]));
    for (const stream of streams) stream.leave();
  });

  it('loses its standalone stream, not its Streamable HTTP session', async () => {
    doors = await startDoors();
    const headers = await openSession(doors.url);
    const stream = await openStream(`${doors.url}/mcp`, { headers });
    await staySilent(stream);
    pass(1);
    await stream.ended;
    const pings = readEvents(stream.text()).filter(({ data }) => data.includes('"ping"'));
    expect(pings).toHaveLength(2);
    expect(pings.every(({ id }) => id === undefined)).toBe(true);
    const body = '{"jsonrpc":"2.0","id":1,"method":"ping"}';
    expect((await rawRequest(`${doors.url}/mcp`, { method: 'POST', headers, body })).status).toBe(200);
    expect(doors.sessions.find(headers['mcp-session-id'] ?? '', StreamableHttpSession)).toBeDefined();
  });
});
