import { Client as Client2, StreamableHTTPClientTransport as Http2 } from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { callTool, type RunningInstance, startInstance } from '../instance/start-instance.ts';
import { type CutOff, startCutOff } from './cut-off.ts';
import { eventually, type InstanceFixture, type RouterFixture, startRouter } from './fixture.ts';

let fixture: RouterFixture;
let instance: InstanceFixture;
let launched: RunningInstance[];
/** The test has: until then Smartlead does not answer what is to be under way when a process dies. */
let ended: PromiseWithResolvers<void>;

beforeEach(async () => {
  fixture = await startRouter({ timing: { arrivalWaitMs: 20_000 } });
  instance = await fixture.addInstance();
  launched = [];
  ended = Promise.withResolvers();
});
afterEach(async () => {
  ended.resolve();
  await fixture.close();
  for (const running of launched) await running.close();
});

/** Launches a process of the instance; from now on its route leads there. */
async function launch(): Promise<{ running: RunningInstance; wire: CutOff }> {
  const accessToken = `access-${launched.length}`;
  const running = await startInstance({}, { token: accessToken, behindRouter: true });
  launched.push(running);
  const wire = await startCutOff(running.url);
  running.stub.answer = ({ path }) => ({ body: { path, process: accessToken } });
  fixture.routes.set(instance.id, { instanceId: instance.id, workspaceId: instance.workspaceId, address: wire.url, accessToken });
  fixture.router.instanceCame(instance.id);
  return { running, wire };
}

const url = () => new URL(fixture.url(instance, 'mcp'));
const requestInit = () => ({ headers: { Authorization: `Bearer ${instance.token}` } });

async function connect(): Promise<{ client: Client; transport: StreamableHTTPClientTransport }> {
  const client = new Client({ name: 'test', version: '1.0.0' });
  const transport = new StreamableHTTPClientTransport(url(), { requestInit: requestInit() });
  await client.connect(transport as Parameters<Client['connect']>[0]);
  return { client, transport };
}

describe('the official client 1.x at a real instance', () => {
  it('calls on in its session when the process is killed during a read, and hears of the next one', async () => {
    const first = await launch();
    const { client, transport } = await connect();
    const errors: Error[] = [];
    client.onerror = (error) => void errors.push(error);
    const session = transport.sessionId;
    expect(session).toContain('.');
    first.running.stub.answer = () => ({ until: ended.promise });
    const call = callTool(client, 'campaigns_get_by_id', { campaign_id: 7 });
    await eventually(() => first.running.stub.requests.length === 1, 'the call to reach Smartlead');
    first.wire.cut();
    await launch();
    expect(await call).toMatchObject({ isError: false, value: { process: 'access-1' } });
    expect((await client.listTools()).tools.length).toBeGreaterThan(100);
    expect(transport.sessionId).toBe(session);
    expect(errors).toEqual([]);
    await transport.terminateSession();
    await client.close();
  });

  it('is told that the outcome of a write is unknown, which is not made again', async () => {
    const first = await launch();
    const { client } = await connect();
    first.running.stub.answer = () => ({ until: ended.promise });
    const call = callTool(client, 'campaigns_create', { name: 'New' });
    await eventually(() => first.running.stub.requests.length === 1, 'the call to reach Smartlead');
    first.wire.cut();
    const { running } = await launch();
    const { isError, value } = await call;
    expect([isError, value.code, value.retryable]).toEqual([true, 'outcome_unknown', false]);
    expect(Object.keys(value).sort()).toEqual(['code', 'message', 'nextStep', 'retryable']);
    expect(running.stub.requests).toEqual([]);
    expect(await callTool(client, 'campaigns_get_by_id', { campaign_id: 7 })).toMatchObject({ isError: false });
    await client.close();
  });

  it('calls on when the process ends in order', async () => {
    const first = await launch();
    const { client } = await connect();
    const stopped = first.running.serving.stop(0);
    await launch();
    await stopped;
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, id) => callTool(client, 'campaigns_get_by_id', { campaign_id: id })),
    );
    expect(answers.map(({ value }) => value.process)).toEqual(answers.map(() => 'access-1'));
    await client.close();
  });
});

it.each(['2025-11-25', '2026-07-28'])(
  'the official client 2.x in revision %s calls on when the process is killed',
  async (revision) => {
    const first = await launch();
    const mode = revision === '2026-07-28' ? { pin: revision } : 'legacy';
    const client = new Client2({ name: 'test', version: '2.0.0' }, { versionNegotiation: { mode } });
    await client.connect(new Http2(url(), { requestInit: requestInit() }));
    first.running.stub.answer = () => ({ until: ended.promise });
    const read = client.callTool({ name: 'campaigns_get_by_id', arguments: { campaign_id: 3 } });
    const write = client.callTool({ name: 'campaigns_create', arguments: { name: 'New' } });
    await eventually(() => first.running.stub.requests.length === 2, 'the calls to reach Smartlead');
    first.wire.cut();
    await launch();
    expect((await read).structuredContent).toMatchObject({ process: 'access-1' });
    expect((await write).structuredContent).toMatchObject({ code: 'outcome_unknown' });
    await client.close();
  },
);
