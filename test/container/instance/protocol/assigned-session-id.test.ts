import { afterEach, describe, expect, it } from 'vitest';
import { sessionIdHeader } from '../../../../core/data-plane-headers.ts';
import { openStream, rawRequest } from '../raw-http.ts';
import { initialize, json, type RunningDoors, request, startDoors } from './start-doors.ts';

let doors: RunningDoors;
afterEach(() => doors.close());

async function open(id: string): Promise<string> {
  const headers = { ...json, [sessionIdHeader]: id };
  const answer = await rawRequest(`${doors.url}/mcp`, { method: 'POST', headers, body: initialize() });
  return String(answer.headers['mcp-session-id']);
}

const ask = (sessionId: string, body = request(1, 'tools/list')) =>
  rawRequest(`${doors.url}/mcp`, { method: 'POST', headers: { ...json, 'mcp-session-id': sessionId }, body });

describe('behind a router', () => {
  it('a session of Streamable HTTP has the id that the router assigns', async () => {
    doors = await startDoors({}, { behindRouter: true });
    expect(await open('WyJh.b-_~')).toBe('WyJh.b-_~');
    expect((await ask('WyJh.b-_~')).status).toBe(200);
  });

  it('a session that is opened again takes the place of the former, and its streams are others', async () => {
    doors = await startDoors({}, { behindRouter: true });
    const sessionId = await open('again');
    const headers = { ...json, 'mcp-session-id': sessionId };
    const first = await openStream(`${doors.url}/mcp`, { headers });
    const [, name] = await first.waitFor(/id: (get-\d+)\.0/);
    await open('again');
    await first.ended;
    expect(doors.sessions.size).toBe(1);
    const second = await openStream(`${doors.url}/mcp`, { headers: { ...headers, 'last-event-id': `${name}.0` } });
    const [, next] = await second.waitFor(/id: (get-\d+)\.0/);
    expect(next).not.toBe(name);
    const lost = await rawRequest(`${doors.url}/mcp`, { headers: { ...headers, 'last-event-id': 'post-1.0' } });
    expect(lost.status).toBe(400);
    second.leave();
  });

  it('an initialize that makes no sense leaves the session as it was', async () => {
    doors = await startDoors({}, { behindRouter: true });
    await open('kept');
    const headers = { ...json, [sessionIdHeader]: 'kept' };
    const refused = await rawRequest(`${doors.url}/mcp`, { method: 'POST', headers, body: request(0, 'initialize', {}) });
    expect(refused.status).toBe(400);
    expect((await ask('kept')).status).toBe(200);
  });

  it('a session of HTTP+SSE has it in the address for its messages', async () => {
    doors = await startDoors({}, { behindRouter: true });
    const stream = await openStream(`${doors.url}/sse`, { headers: { [sessionIdHeader]: 'assigned' } });
    await stream.waitFor(/data: \/messages\?sessionId=assigned\n/);
    stream.leave();
  });

  it.each(['', 'a b', 'a/b', 'x'.repeat(2_049)])('an id that cannot stand in a URL is not taken: %j', async (id) => {
    doors = await startDoors({}, { behindRouter: true });
    expect(await open(id)).toMatch(/^[\da-f-]{36}$/);
  });
});

it('alone, an instance lets nobody choose an id', async () => {
  doors = await startDoors();
  expect(await open('chosen')).toMatch(/^[\da-f-]{36}$/);
});
