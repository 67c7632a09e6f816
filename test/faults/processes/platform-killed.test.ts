import { afterAll, beforeAll, expect, it } from 'vitest';
import { rawRequest } from '../../container/instance/raw-http.ts';
import { mcpClients } from '../../e2e/mcp-clients.ts';
import { descendants, isAlive } from '../../e2e/process-tree.ts';
import { outcomeOf } from '../call-outcome.ts';
import { EventReader } from '../event-reader.ts';
import { type FaultPlatform, HeldStreams, type HostedInstance, instancesBelow, startFaultPlatform } from '../platform.ts';
import { scaled } from '../scale.ts';

let platform: FaultPlatform;
let instance: HostedInstance;

beforeAll(async () => {
  platform = await startFaultPlatform();
  instance = await platform.createInstance();
});
afterAll(() => platform.close());

it('kill -9 of router and control plane under open streams and running calls: nothing is left, and clients go on after the next start (PEERS 3, 9)', async () => {
  const streams = new HeldStreams();
  await streams.open(instance, scaled(60, 190));
  const sessionClient = await mcpClients['1.x over Streamable HTTP'](instance.url, instance.token);
  const sseClient = await mcpClients['1.x over SSE'](instance.url, instance.token);
  const sse = await EventReader.open(`${instance.url}/sse`, instance.token);
  const endpoint = new URL(await sse.next('endpoint'), instance.url).href;
  const post = (body: string) =>
    rawRequest(endpoint, {
      method: 'POST',
      headers: { authorization: `Bearer ${instance.token}`, 'content-type': 'application/json' },
      body,
    });
  await post(
    '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"old","version":"1"}}}',
  );
  await sse.answer(0);
  await post('{"jsonrpc":"2.0","method":"notifications/initialized"}');
  const answers = Promise.withResolvers<void>();
  platform.stub.answer = () => ({ body: [{ id: 1 }], until: answers.promise });
  const before = platform.stub.requests.length;
  const call = outcomeOf(sessionClient, 'leads_categories');
  await expect.poll(() => platform.stub.requests.length, { timeout: 15_000, interval: 5 }).toBeGreaterThan(before);
  const started = [platform.service.process.pid as number, ...descendants(platform.service.process.pid as number)];
  expect(started.length).toBeGreaterThan(2);

  await platform.service.kill();
  await expect.poll(() => started.filter(isAlive), { timeout: 15_000, interval: 50 }).toEqual([]);
  // Loud, and never an empty success.
  expect(await call).toMatchObject({ kind: 'broken' });
  answers.resolve();
  platform.stub.answer = () => ({ body: [{ id: 1, name: 'Interested' }] });

  // Clients that read streams as browsers do come back until they are answered, and with anything but a stream they give up for good.
  let isStarting = true;
  const early = (async () => {
    for (;;) {
      const opened = await EventReader.open(`${instance.url}/sse`, instance.token).catch((error: Error) => error);
      if (opened instanceof EventReader) opened.cut();
      else if (!('code' in opened)) return opened.message;
      if (!isStarting) return 'opened';
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  })();
  await platform.startAgain();
  isStarting = false;
  expect(await early).toBe('opened');
  // The client with a session of Streamable HTTP does not connect again: it just makes its next call.
  await expect
    .poll(async () => (await outcomeOf(sessionClient, 'leads_categories')).kind, { timeout: 15_000, interval: 250 })
    .toBe('answered');
  // The client of HTTP+SSE opens its stream again, naming the last event, and posts to the address that the former process told it.
  const again = await EventReader.open(`${instance.url}/sse`, instance.token, { 'last-event-id': sse.lastEventId });
  expect((await post('{"jsonrpc":"2.0","id":1,"method":"tools/list"}')).status).toBeLessThan(300);
  expect(await again.answer(1)).toMatchObject({ result: { tools: expect.anything() } });
  again.cut();
  // The SDK's client does the same by itself after its pause.
  await expect
    .poll(async () => (await outcomeOf(sseClient, 'leads_categories')).kind, { timeout: 15_000, interval: 250 })
    .toBe('answered');
  await sseClient.close();
  await sessionClient.close();
  expect(await instancesBelow(platform.service.process.pid as number)).toHaveLength(1);
  streams.closeAll();
}, 90_000);
