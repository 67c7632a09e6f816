import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { HttpSseSession } from '../../../../container/instance/protocol/http-sse-session.ts';
import { StreamableHttpSession } from '../../../../container/instance/protocol/streamable-http-session.ts';
import { openStream, rawRequest } from '../raw-http.ts';
import { initialize, json, openSession, type RunningDoors, readEvents, startDoors } from './start-doors.ts';

let doors: RunningDoors;
afterEach(() => doors.close());

const presenceLimits = { pingAfterMs: 60, goneAfterMs: 400 };

/** Looks after the sessions for so many milliseconds, as the sweeper does. */
async function sweepFor(ms: number): Promise<void> {
  for (const end = Date.now() + ms; Date.now() < end; await delay(20)) doors.sessions.sweep();
}

describe('a client that holds a stream and says nothing', () => {
  it('is asked whether it is there, and loses its HTTP+SSE session where it does not answer', async () => {
    doors = await startDoors({}, { presenceLimits });
    const stream = await openStream(`${doors.url}/sse`);
    await sweepFor(250);
    expect(stream.text()).toMatch(/"method":"ping"/);
    expect(doors.sessions.size).toBe(1);
    await sweepFor(300);
    await stream.ended;
    expect(doors.sessions.size).toBe(0);
  });

  it('keeps its HTTP+SSE session by answering, which does not count as use', async () => {
    doors = await startDoors({}, { presenceLimits });
    const stream = await openStream(`${doors.url}/sse`);
    const [, endpoint, id] = await stream.waitFor(/data: (\S+sessionId=(\S+))/);
    await rawRequest(`${doors.url}${endpoint}`, { method: 'POST', headers: json, body: initialize() });
    const session = doors.sessions.find(String(id), HttpSseSession);
    const lastUsedAt = session?.lastUsedAt;
    let answered = 0;
    for (let round = 0; round < 12; round += 1) {
      await sweepFor(60);
      const pings = [...stream.text().matchAll(/"id":"(ping-\d+)","method":"ping"/g)];
      for (const [, ping] of pings.slice(answered)) {
        const body = JSON.stringify({ jsonrpc: '2.0', id: ping, result: {} });
        await rawRequest(`${doors.url}${endpoint}`, { method: 'POST', headers: json, body });
        answered += 1;
      }
    }
    expect(answered).toBeGreaterThan(3);
    expect(doors.sessions.size).toBe(1);
    expect(session?.lastUsedAt).toBe(lastUsedAt);
    stream.leave();
  });

  it('is not asked in the same moment as all that came with it', async () => {
    // In steps beside which it does not matter how long it takes to open the streams.
    doors = await startDoors({}, { presenceLimits: { pingAfterMs: 100_000, goneAfterMs: 1_000_000 } });
    const streams = await Promise.all(Array.from({ length: 40 }, () => openStream(`${doors.url}/sse`)));
    await Promise.all(streams.map((stream) => stream.waitFor(/event: endpoint/)));
    const opened = Date.now();
    const asked = () => streams.filter((stream) => stream.text().includes('"ping"')).length;
    doors.sessions.sweep(opened + 40_000);
    await delay(50);
    expect(asked()).toBe(0);
    doors.sessions.sweep(opened + 75_000);
    await expect.poll(asked).toBeGreaterThan(0);
    await delay(50);
    expect(asked()).toBeLessThan(40);
    doors.sessions.sweep(opened + 110_000);
    await expect.poll(asked).toBe(40);
    for (const stream of streams) stream.leave();
  });

  it('loses its standalone stream, not its Streamable HTTP session', async () => {
    doors = await startDoors({}, { presenceLimits });
    const headers = await openSession(doors.url);
    const stream = await openStream(`${doors.url}/mcp`, { headers });
    await sweepFor(550);
    await stream.ended;
    const pings = readEvents(stream.text()).filter(({ data }) => data.includes('"ping"'));
    expect(pings.length).toBeGreaterThanOrEqual(2);
    expect(pings.every(({ id }) => id === undefined)).toBe(true);
    const body = '{"jsonrpc":"2.0","id":1,"method":"ping"}';
    expect((await rawRequest(`${doors.url}/mcp`, { method: 'POST', headers, body })).status).toBe(200);
    expect(doors.sessions.find(headers['mcp-session-id'] ?? '', StreamableHttpSession)).toBeDefined();
  });
});
