import { afterEach, expect, it } from 'vitest';
import { openStream, rawRequest } from '../raw-http.ts';
import { initialize, json, openSession, type RunningDoors, request, result, startDoors } from './start-doors.ts';

let doors: RunningDoors;
afterEach(() => doors.close());

const deep = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`;

/** The JSON with the deepest of values in the place of `"DEEP"`. */
const deepened = (text: string) => text.replace('"DEEP"', deep);

const initializing = deepened(initialize('2025-06-18', { experimental: 'DEEP' }));
const answering = deepened('{"jsonrpc":"2.0","id":1,"result":{"a":"DEEP"}}');

it('messages nested too deep are refused at every door, whatever they are', async () => {
  doors = await startDoors();
  const headers = await openSession(doors.url);
  const stream = await openStream(`${doors.url}/sse`);
  const [, endpoint] = await stream.waitFor(/data: (\S+sessionId=\S+)/);
  const asking = deepened(request(1, 'resources/read', { uri: 'DEEP' }));
  const calling = deepened(request(1, 'tools/call', { name: 'read', _meta: { progressToken: 'DEEP' } }));
  for (const body of [initializing, answering, asking, calling]) {
    for (const path of ['/mcp', endpoint]) {
      const answer = await rawRequest(`${doors.url}${path}`, {
        method: 'POST',
        headers: body === initializing ? json : headers,
        body,
      });
      expect({ status: answer.status, text: answer.text }).toMatchObject({
        status: 400,
        text: expect.stringMatching(/-32600.*levels deep/),
      });
    }
  }
  expect(doors.faults).toEqual([]);
  stream.leave();
});

it('a progress token that is no token is none', async () => {
  doors = await startDoors({
    async read(_arguments, { progress }) {
      progress(1);
      return result('done');
    },
  });
  const headers = await openSession(doors.url);
  const body = request(1, 'tools/call', { name: 'read', _meta: { progressToken: { a: 1 } } });
  const answer = await rawRequest(`${doors.url}/mcp`, { method: 'POST', headers, body });
  expect(JSON.parse(answer.text)).toMatchObject({ id: 1, result: { content: [{ text: 'done' }] } });
  expect(doors.faults).toEqual([]);
});
