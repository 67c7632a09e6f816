import { connect } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { StreamableHttpSession } from '../../../../container/instance/protocol/streamable-http-session.ts';
import { openStream } from '../raw-http.ts';
import { openSession, type RunningDoors, readEvents, request, result, startDoors } from './start-doors.ts';

let doors: RunningDoors;
afterEach(() => doors.close());

const steps = 600;
const stepText = 'x'.repeat(100_000);

it('a client that stops reading loses its connection, not its call, and no more is held for it than is replayed', async () => {
  const ended = Promise.withResolvers<boolean>();
  doors = await startDoors({
    async write(_arguments, { progress, signal }) {
      for (let step = 1; step <= steps; step += 1) {
        progress(step, steps, stepText);
        await turn();
      }
      ended.resolve(signal.aborted);
      return result('all in');
    },
  });
  const headers = await openSession(doors.url);
  const body = request(1, 'tools/call', { name: 'write', _meta: { progressToken: 'p' } });
  const lines = Object.entries({ ...headers, host: 'localhost', 'content-length': String(body.length) });
  const socket = connect(Number(new URL(doors.url).port), '127.0.0.1');
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.on('error', () => undefined);
  socket.pause();
  socket.write(`POST /mcp HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`);
  expect(await ended.promise).toBe(false);
  const session = doors.sessions.find(headers['mcp-session-id'] ?? '', StreamableHttpSession);
  await expect.poll(() => session?.busy).toBe(false);
  // 60 MB were said. What is not replayed is gone, and with it the connection.
  socket.resume();
  await closed;
  const resumeAt = (number: number) =>
    openStream(`${doors.url}/mcp`, { headers: { ...headers, 'last-event-id': `post-1.${number}` } });
  expect((await resumeAt(1)).status).toBe(400);
  const resumed = await resumeAt(steps - 2);
  await resumed.ended;
  expect(readEvents(resumed.text()).map(({ data }) => data.length > 50_000 || JSON.parse(data).result.content[0].text)).toEqual([
    true,
    true,
    'all in',
  ]);
});
