import { connect, type Socket } from 'node:net';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { apiKey, callTool, type RunningInstance, startInstance } from '../../instance/start-instance.ts';
import { eventually, type RouterFixture, startRouter } from '../fixture.ts';
import { addFakeInstance, type FakeInstance } from './fake-process.ts';
import { RawClient } from './raw-client.ts';

let fixture: RouterFixture;
let instance: FakeInstance;
let running: RunningInstance[];
let launches: number;

/** A real instance, in this process. */
async function launch(): Promise<RunningInstance> {
  launches += 1;
  const accessToken = `internal-${launches}`;
  const launched = await startInstance({ smartleadApiKey: apiKey }, { token: accessToken });
  running.push(launched);
  instance.runAs({ address: launched.url, accessToken } as never);
  return launched;
}

async function connected(): Promise<Client> {
  const client = new Client({ name: 'official', version: '1.0.0' });
  const url = new URL(`${fixture.base}/i/${instance.id}/sse`);
  await client.connect(new SSEClientTransport(url, { requestInit: { headers: { Authorization: `Bearer ${instance.token}` } } }));
  return client;
}

beforeEach(async () => {
  launches = 0;
  running = [];
  fixture = await startRouter({ timing: { arrivalWaitMs: 20_000, wakeAgainMs: 60_000 }, waker: { wake: () => void launch() } });
  instance = addFakeInstance(fixture);
});
afterEach(async () => {
  await fixture.close();
  for (const each of running) await each.close();
});

it('the official client notices nothing of an instance that is replaced, one that sleeps, and one that dies during a read', async () => {
  const first = await launch();
  const client = await connected();
  let closed = 0;
  client.onclose = () => {
    closed += 1;
  };
  const names = (await client.listTools()).tools.map(({ name }) => name);
  expect(names.length).toBeGreaterThan(50);

  const second = await launch();
  await first.serving.stop(0);
  expect((await client.listTools()).tools).toHaveLength(names.length);

  instance.leave('sleeping');
  await second.serving.stop(0);
  expect((await client.listTools()).tools).toHaveLength(names.length);
  expect(launches).toBe(3);

  const third = running[2] as RunningInstance;
  const dead = Promise.withResolvers<void>();
  third.stub.answer = () => ({ until: dead.promise });
  const reading = callTool(client, 'campaigns_get_all');
  await eventually(() => third.stub.requests.length > 0, 'the read to reach Smartlead');
  const fourth = await launch();
  fourth.stub.answer = () => ({ body: [{ id: 1, name: 'Autumn' }] });
  await third.serving.stop(0);
  dead.resolve();
  expect((await reading).isError).toBe(false);
  expect(closed).toBe(0);
  await client.close();
});

it('a client that leaves at any byte of what it sends or gets leaves nothing open', async () => {
  await launch();
  const { hostname, port } = new URL(fixture.base);
  const head = `Host: x\r\nAuthorization: Bearer ${instance.token}\r\n`;
  const get = `GET /i/${instance.id}/sse HTTP/1.1\r\n${head}\r\n`;
  for (let offset = 1; offset <= get.length; offset += 9) {
    const socket = connect(Number(port), hostname);
    socket.on('error', () => {});
    socket.end(get.slice(0, offset));
    socket.destroySoon();
  }
  const reading: Socket[] = [];
  for (let offset = 1; offset < 700; offset += 23) {
    const socket = connect(Number(port), hostname);
    socket.on('error', () => {});
    let received = 0;
    socket.on('data', (chunk) => {
      received += chunk.length;
      if (received >= offset) socket.destroy();
    });
    socket.write(get);
    reading.push(socket);
  }
  const client = await new RawClient(fixture.base, instance).connect();
  await client.handshake();
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
  const post = `POST ${client.endpoint} HTTP/1.1\r\n${head}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  for (let offset = 1; offset < post.length; offset += 17) {
    const socket = connect(Number(port), hostname);
    socket.on('error', () => {});
    socket.end(post.slice(0, offset));
    socket.destroySoon();
  }
  await client.send({ id: 2, method: 'tools/list' });
  await client.waitForAnswer(2);
  // Some want to read more than there is to say.
  for (const socket of reading) socket.destroy();
  await eventually(() => fixture.router.metrics().includes('open_requests 1\n'), 'nothing but the stream to be open');
  client.cut();
  await eventually(() => fixture.router.metrics().includes('open_requests 0\n'), 'everything to be closed');
  expect(fixture.errors).toEqual([]);
});
