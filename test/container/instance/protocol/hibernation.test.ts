import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { StreamableHttpSession } from '../../../../container/instance/protocol/streamable-http-session.ts';
import { type OpenStream, openStream, rawRequest } from '../raw-http.ts';
import { openSession, type RunningDoors, readEvents, request, result, startDoors } from './start-doors.ts';

let doors: RunningDoors;
beforeEach(() => {
  // Time passes when a test says so.
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(async () => {
  vi.useRealTimers();
  await doors.close();
});

const hibernateAfterMs = 1_000;

function sessionOf(headers: Record<string, string>): StreamableHttpSession {
  const session = doors.sessions.find(headers['mcp-session-id'] ?? '', StreamableHttpSession);
  if (session === undefined) throw new Error('no such session');
  return session;
}

/** Lets so much time pass for the sessions. */
function pass(ms: number): void {
  doors.sessions.sweep(Date.now() + ms);
}

async function echo(headers: Record<string, string>, id: number): Promise<unknown> {
  const body = request(id, 'tools/call', { name: 'write', arguments: { id } });
  const answer = await rawRequest(`${doors.url}/mcp`, { method: 'POST', headers, body });
  return JSON.parse(answer.text);
}

/** Ends the session, and with it its streams, which say first what they have to say. */
async function end(headers: Record<string, string>): Promise<void> {
  await rawRequest(`${doors.url}/mcp`, { method: 'DELETE', headers });
}

it('a session that is not used keeps no protocol engine, and its next request finds everything as it was', async () => {
  const asked: string[] = [];
  doors = await startDoors(
    {
      write: async ({ id }, { asks }) => {
        asked.push(asks);
        return result(`echo ${id}`);
      },
    },
    { hibernateAfterMs },
  );
  const headers = await openSession(doors.url, '2025-06-18', { elicitation: {} });
  pass(hibernateAfterMs + 10);
  expect(sessionOf(headers).hibernating).toBe(true);
  // Several at once wait for the same waking.
  const answers = await Promise.all([1, 2, 3].map((id) => echo(headers, id)));
  expect(answers).toEqual(
    [1, 2, 3].map((id) => ({ jsonrpc: '2.0', id, result: { content: [{ type: 'text', text: `echo ${id}` }] } })),
  );
  expect(sessionOf(headers)).toMatchObject({ hibernating: false, revision: '2025-06-18' });
  expect(asked).toEqual(['protocol', 'protocol', 'protocol']);
});

it.each(['nobody listens', 'the session hibernates'])('a change while %s is told once, when the client listens', async (when) => {
  doors = await startDoors({ write: async () => result('done') }, { hibernateAfterMs });
  const headers = await openSession(doors.url);
  const changesIn = (stream: OpenStream) => stream.text().match(/list_changed/g)?.length ?? 0;
  const quiet = await openStream(`${doors.url}/mcp`, { headers });
  await quiet.waitFor(/id: get-1\.0/);
  expect(changesIn(quiet)).toBe(0);
  quiet.leave();
  await doors.allLeft();
  if (when === 'the session hibernates') pass(hibernateAfterMs + 10);
  expect(sessionOf(headers).hibernating).toBe(when === 'the session hibernates');
  doors.changeResources();
  doors.changeResources();
  // A call wakes the session, but there is no stream yet on which to say it.
  await echo(headers, 1);
  const listening = await openStream(`${doors.url}/mcp`, { headers });
  await listening.waitFor(/list_changed/);
  listening.leave();
  await doors.allLeft();
  const again = await openStream(`${doors.url}/mcp`, { headers });
  // Whatever is told for the second time comes before what the session says after this call.
  await echo(headers, 2);
  await end(headers);
  await again.ended;
  expect([changesIn(listening), changesIn(again)]).toEqual([1, 0]);
});

it('a change is not told twice to a client that resumes its stream', async () => {
  doors = await startDoors({ write: async () => result('done') }, { hibernateAfterMs });
  const headers = await openSession(doors.url);
  const first = await openStream(`${doors.url}/mcp`, { headers });
  await first.waitFor(/id: get-1\.0/);
  first.leave();
  await doors.allLeft();
  pass(hibernateAfterMs + 10);
  doors.changeResources();
  const resumed = await openStream(`${doors.url}/mcp`, { headers: { ...headers, 'last-event-id': 'get-1.0' } });
  await resumed.waitFor(/list_changed/);
  await echo(headers, 1);
  await end(headers);
  await resumed.ended;
  expect(resumed.text().match(/list_changed/g)).toHaveLength(1);
});

it('whatever a client does between hibernations, it sees one session', { timeout: 60_000 }, async () => {
  doors = await startDoors(
    {
      write: async ({ id }) => result(`echo ${id}`),
      async read(_arguments, { progress }) {
        progress(1);
        return result('read');
      },
    },
    { hibernateAfterMs },
  );
  const action = fc.constantFrom('call', 'sleep', 'listen', 'leave', 'stream', 'resume', 'change');
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 15 }), async (actions) => {
      const headers = await openSession(doors.url);
      let listening: OpenStream | undefined;
      let cursor: string | undefined;
      let untold = false;
      let id = 0;
      for (const next of actions) {
        id += 1;
        if (next === 'call') expect(await echo(headers, id)).toMatchObject({ id, result: { content: [{ text: `echo ${id}` }] } });
        if (next === 'sleep') {
          pass(hibernateAfterMs + 10);
          expect(sessionOf(headers).hibernating).toBe(listening === undefined);
        }
        if (next === 'listen') {
          listening?.leave();
          listening = await openStream(`${doors.url}/mcp`, { headers });
          expect(listening.status).toBe(200);
          const stream = listening;
          await stream.waitFor(untold ? /list_changed/ : /^id: get-/);
          untold = false;
        }
        if (next === 'leave' && listening !== undefined) {
          listening.leave();
          listening = undefined;
          await doors.allLeft();
        }
        if (next === 'change') {
          untold = listening === undefined;
          const before = readEvents(listening?.text() ?? '').length;
          doors.changeResources();
          const stream = listening;
          if (stream !== undefined) await expect.poll(() => readEvents(stream.text()).length).toBe(before + 1);
        }
        if (next === 'stream') {
          const body = request(id, 'tools/call', { name: 'read', _meta: { progressToken: id } });
          const stream = await openStream(`${doors.url}/mcp`, { method: 'POST', headers, body });
          await stream.ended;
          cursor = readEvents(stream.text())[0]?.id;
        }
        if (next === 'resume' && cursor !== undefined) {
          const stream = await openStream(`${doors.url}/mcp`, { headers: { ...headers, 'last-event-id': cursor } });
          await stream.ended;
          expect(readEvents(stream.text())).toHaveLength(2);
        }
      }
      listening?.leave();
      await end(headers);
    }),
    { numRuns: 40 },
  );
  expect(doors.sessions.size).toBe(0);
  expect(doors.faults).toEqual([]);
});
