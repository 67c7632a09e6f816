import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createModernDoor } from '../../../../container/instance/protocol/modern/create-modern-door.ts';
import { type BuiltInstance, buildForTest } from '../built-instance.ts';
import { authorization, type RunningInstance, startInstance } from '../start-instance.ts';
import { done, type FakeFeatures, fakeFeatures } from './fake-features.ts';
import { revision } from './modern-request.ts';
import { serveDoor } from './serve-door.ts';

let built: BuiltInstance;
beforeAll(async () => {
  built = await buildForTest();
});
afterAll(() => built.remove());

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** The official client, which speaks revision 2026-07-28 or asks which there are. */
function newClient(mode: 'auto' | { pin: string } = { pin: revision }, capabilities = {}): Client {
  const client = new Client({ name: 'official', version: '2.4.0' }, { versionNegotiation: { mode }, capabilities });
  closers.push(() => client.close());
  return client;
}

async function startForClient(): Promise<RunningInstance> {
  const instance = await startInstance();
  closers.push(() => instance.close());
  instance.stub.answer = () => ({ body: [{ id: 1, name: 'Grüße 🚀' }] });
  return instance;
}

function stdioOf({ stub }: RunningInstance): StdioClientTransport {
  const { core, prospect, delivery, senders } = stub.hosts;
  const env = {
    SMARTLEAD_API_KEY: 'demo-key',
    SMARTLEAD_CORE_URL: core,
    SMARTLEAD_PROSPECT_URL: prospect,
    SMARTLEAD_DELIVERY_URL: delivery,
    SMARTLEAD_SENDERS_URL: senders,
    SMARTLEAD_RATE_LIMIT: 'off',
  };
  return new StdioClientTransport({
    command: process.execPath,
    args: [`${built.folder}/main.js`, 'stdio'],
    env,
    stderr: 'ignore',
  });
}

describe.each(['http', 'stdio'] as const)('the official client over %s', { timeout: 60_000 }, (kind) => {
  it.each<['auto' | { pin: string }]>([['auto'], [{ pin: revision }]])('speaks 2026-07-28 (%o)', async (mode) => {
    const instance = await startForClient();
    const client = newClient(mode);
    const requestInit = { headers: authorization };
    const http = new StreamableHTTPClientTransport(new URL(`${instance.url}/mcp`), { requestInit });
    await client.connect(kind === 'http' ? http : stdioOf(instance));
    expect(client.getNegotiatedProtocolVersion()).toBe(revision);
    expect(client.getInstructions()).toBe(instance.instance.features.instructions);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(instance.instance.features.tools.list.tools.map(({ name }) => name));
    const result = await client.callTool({ name: 'campaigns_get_all', arguments: {} });
    expect(result.structuredContent).toMatchObject({ items: [{ id: 1, name: 'Grüße 🚀' }] });
    await expect(client.callTool({ name: 'no_such_tool', arguments: {} })).rejects.toMatchObject({ code: -32602 });
    expect((await client.listPrompts()).prompts).toHaveLength(instance.instance.features.prompts.list.prompts.length);
    await client.listResources();
    await client.listResourceTemplates();
  });

  it('cancels a call', async () => {
    const instance = await startForClient();
    instance.stub.answer = () => ({ until: new Promise(() => undefined) });
    const client = newClient();
    const requestInit = { headers: authorization };
    const http = new StreamableHTTPClientTransport(new URL(`${instance.url}/mcp`), { requestInit });
    await client.connect(kind === 'http' ? http : stdioOf(instance));
    const cancel = new AbortController();
    const call = client.callTool({ name: 'campaigns_get_all', arguments: {} }, { signal: cancel.signal });
    await expect.poll(() => instance.stub.requests.length, { timeout: 20_000 }).toBe(1);
    cancel.abort();
    await expect(call).rejects.toThrow();
    instance.stub.answer = () => ({ body: [] });
    expect((await client.callTool({ name: 'campaigns_get_all', arguments: {} })).isError).not.toBe(true);
  });
});

describe('the official client', () => {
  async function serveFake(features: FakeFeatures): Promise<StreamableHTTPClientTransport> {
    const door = await serveDoor(createModernDoor(features, { log: { write: () => undefined, flush: () => undefined } }));
    closers.push(() => door.close());
    return new StreamableHTTPClientTransport(new URL(door.url));
  }

  it('answers a question in the middle of a call', async () => {
    const features = fakeFeatures(({ confirmation }) =>
      confirmation === undefined ? { kind: 'question', question: { message: 'Really?' } } : done(confirmation.answer),
    );
    const client = newClient({ pin: revision }, { elicitation: {} });
    const asked: string[] = [];
    client.setRequestHandler('elicitation/create', ({ params }) => {
      asked.push(params.message);
      return { action: 'accept', content: { confirm: true } };
    });
    await client.connect(await serveFake(features));
    const result = await client.callTool({ name: 'act', arguments: { a: 1 } });
    expect(result.content).toEqual([{ type: 'text', text: 'accepted' }]);
    expect(asked).toEqual(['Really?']);
  });

  it('hears of progress and of new resources', async () => {
    const features = fakeFeatures(({ progress }) => {
      progress(1, 2, 'half');
      return done();
    });
    const client = newClient();
    await client.connect(await serveFake(features));
    const heard: unknown[] = [];
    await client.callTool({ name: 'act', arguments: {} }, { onprogress: (progress) => heard.push(progress) });
    expect(heard).toEqual([{ progress: 1, total: 2, message: 'half' }]);
    let changes = 0;
    client.setNotificationHandler('notifications/resources/list_changed', () => {
      changes += 1;
    });
    const subscription = await client.listen({ resourcesListChanged: true });
    features.change();
    await expect.poll(() => changes).toBe(1);
    await subscription.close();
  });
});
