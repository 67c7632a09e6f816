import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createInstance } from '../../../container/instance/instance.ts';
import { Sessions, usualSessionLimits } from '../../../container/instance/protocol/sessions.ts';
import { StreamableHttpTransport } from '../../../container/instance/protocol/streamable-http-transport.ts';
import { openStream, rawRequest } from './raw-http.ts';
import { authorization, startInstance } from './start-instance.ts';

const hosts = {
  core: 'http://127.0.0.1:9',
  prospect: 'http://127.0.0.1:9',
  delivery: 'http://127.0.0.1:9',
  senders: 'http://127.0.0.1:9',
};
const instance = createInstance(
  { smartleadApiKey: 'demo-key', smartleadHosts: hosts },
  { write: () => undefined, flush: () => undefined },
);

async function open(sessions: Sessions, id: string) {
  const server = instance.createServer();
  sessions.add(server, new StreamableHttpTransport(id));
  const transport = sessions.use(id, StreamableHttpTransport)?.transport;
  if (transport !== undefined) await server.connect(transport);
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
    await open(sessions, 'used');
    await open(sessions, 'idle');
    await vi.advanceTimersByTimeAsync(20 * 60_000);
    expect(sessions.use('used', StreamableHttpTransport)).toBeDefined();
    await vi.advanceTimersByTimeAsync(11 * 60_000);
    expect(sessions.use('idle', StreamableHttpTransport)).toBeUndefined();
    expect(sessions.use('used', StreamableHttpTransport)).toBeDefined();
    expect(sessions.size).toBe(1);
  });

  it('end after 24 hours however much they are used', async () => {
    const sessions = new Sessions(usualSessionLimits);
    await open(sessions, 'busy');
    for (let minutes = 0; minutes < 24 * 60 - 10; minutes += 10) {
      await vi.advanceTimersByTimeAsync(10 * 60_000);
      expect(sessions.use('busy', StreamableHttpTransport)).toBeDefined();
    }
    await vi.advanceTimersByTimeAsync(11 * 60_000);
    expect(sessions.size).toBe(0);
  });

  it('are limited in number: the one used least recently makes room', async () => {
    const sessions = new Sessions({ ...usualSessionLimits, most: 3 });
    for (const id of ['a', 'b', 'c']) await open(sessions, id);
    sessions.use('a', StreamableHttpTransport);
    await open(sessions, 'd');
    const known = ['a', 'b', 'c', 'd'].filter((id) => sessions.use(id, StreamableHttpTransport) !== undefined);
    expect(known).toEqual(['a', 'c', 'd']);
  });
});

it('a session that ends by its age ends the streams of its client, on both transports', async () => {
  const running = await startInstance({}, { sessionLimits: { idleMs: 300, absoluteMs: 60_000, most: 10 } });
  const sse = await openStream(`${running.url}/sse`, { headers: authorization });
  const opened = await rawRequest(`${running.url}/mcp`, {
    method: 'POST',
    headers: { ...authorization, 'content-type': 'application/json' },
    body: '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"raw","version":"0"}}}',
  });
  const headers = { ...authorization, 'mcp-session-id': String(opened.headers['mcp-session-id']) };
  const standalone = await openStream(`${running.url}/mcp`, { headers });
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
