import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { expect, it } from 'vitest';
import { authorization, connectClient, startInstance } from './start-instance.ts';

/** A session of HTTP+SSE, its handshake made, and what its stream says. */
async function openSession(url: string) {
  const response = await fetch(`${url}/sse`, { headers: authorization });
  let text = '';
  const ended = (async () => {
    for await (const chunk of response.body ?? []) text += Buffer.from(chunk).toString();
  })();
  await expect.poll(() => text).toContain('endpoint');
  const endpoint = url + (/data: (\S+)/.exec(text)?.[1] ?? '');
  const headers = { ...authorization, 'content-type': 'application/json' };
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } };
  for (const message of [{ id: 0, method: 'initialize', params }, { method: 'notifications/initialized' }]) {
    await fetch(endpoint, { method: 'POST', headers, body: JSON.stringify({ jsonrpc: '2.0', ...message }) });
  }
  return { endpoint, headers, ended, said: () => text };
}

it('an instance that stops answers what it accepts: a message that was just arriving, too', async () => {
  const instance = await startInstance();
  const session = await openSession(instance.url);
  await expect.poll(session.said).toContain('"id":0');
  const answers = Promise.withResolvers<void>();
  instance.stub.answer = () => ({ body: [{ id: 1, name: 'Autumn' }], until: answers.promise });
  const body = JSON.stringify({ jsonrpc: '2.0', id: 7, method: 'tools/call', params: { name: 'campaigns_get_all' } });
  const posted = httpRequest(session.endpoint, {
    method: 'POST',
    agent: false,
    headers: { ...session.headers, 'content-length': body.length, expect: '100-continue' },
  });
  posted.flushHeaders();
  // It was let in, and its body is still to come.
  await once(posted, 'continue');
  const stopped = instance.serving.stop(60_000);
  posted.end(body);
  const [response] = await once(posted, 'response');
  expect(response.statusCode).toBe(202);
  answers.resolve();
  await session.ended;
  expect(session.said()).toContain('Autumn');
  await stopped;
  await instance.stub.close();
});

it('and one without a request in progress is gone at once, although clients hold their sessions', async () => {
  const instance = await startInstance();
  const clients = [await connectClient(instance.url, 'http-sse'), await connectClient(instance.url)];
  await instance.serving.stop(60_000);
  for (const client of clients) await client.close();
  await instance.stub.close();
});
