import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type McpClient, mcpClients } from '../../e2e/mcp-clients.ts';
import { isAlive } from '../../e2e/process-tree.ts';
import { outcomeOf } from '../call-outcome.ts';
import { type FaultPlatform, HeldStreams, type HostedInstance, startFaultPlatform } from '../platform.ts';
import { scaled } from '../scale.ts';

let platform: FaultPlatform;

beforeAll(async () => {
  platform = await startFaultPlatform();
});
afterAll(() => platform.close());

async function kill(instance: HostedInstance): Promise<number> {
  const pid = await platform.processOf(instance);
  if (pid === undefined) throw new Error('the instance has no process');
  process.kill(pid, 'SIGKILL');
  await expect.poll(() => isAlive(pid), { timeout: 15_000, interval: 5 }).toBe(false);
  return pid;
}

const requestsOf = (part: string) => platform.stub.requests.filter(({ path }) => path.includes(part)).length;

describe('kill -9 of an instance under open streams and running calls (PEERS 8, 9, 10)', () => {
  it('closes no stream, answers the reads, tells of writes that the outcome is unknown, and every client goes on', async () => {
    const instance = await platform.createInstance();
    const streams = new HeldStreams();
    const clients: [string, McpClient][] = [];
    try {
      const count = scaled(60, 190);
      await streams.open(instance, count);
      for (const [name, connect] of Object.entries(mcpClients)) clients.push([name, await connect(instance.url, instance.token)]);
      const answers = Promise.withResolvers<void>();
      platform.stub.answer = () => ({ body: [{ id: 1, name: 'Interested' }], until: answers.promise });
      const [readsBefore, writesBefore] = [requestsOf('fetch-categories'), requestsOf('campaigns/create')];
      const reads = clients.map(async ([name, client]) => [name, await outcomeOf(client, 'leads_categories')] as const);
      const writes = clients.map(
        async ([name, client]) => [name, await outcomeOf(client, 'campaigns_create', { name: `Campaign of ${name}` })] as const,
      );
      // Every call has reached Smartlead, and none is answered: each is in flight when its instance dies.
      const arrived = () => [requestsOf('fetch-categories') - readsBefore, requestsOf('campaigns/create') - writesBefore];
      await expect.poll(arrived, { timeout: 15_000, interval: 10 }).toEqual([clients.length, clients.length]);
      await kill(instance);
      platform.stub.answer = () => ({ body: [{ id: 1, name: 'Interested' }] });
      answers.resolve();
      for (const [name, outcome] of await Promise.all(reads))
        expect({ name, ...outcome }).toMatchObject({ name, kind: 'answered' });
      for (const [name, outcome] of await Promise.all(writes)) {
        expect({ name, ...outcome }).toMatchObject({ name, kind: 'error', code: 'outcome_unknown' });
      }
      // The same clients, with the sessions they had.
      for (const [name, client] of clients) {
        expect({ name, ...(await outcomeOf(client, 'leads_categories')) }).toMatchObject({ name, kind: 'answered' });
        expect((await client.listTools()).tools.length).toBeGreaterThan(10);
      }
      expect(streams.closed).toBe(0);
      expect(streams.openCount).toBe(count);
    } finally {
      streams.closeAll();
      for (const [, client] of clients) await client.close();
    }
  });

  it('makes no write a second time', async () => {
    const instance = await platform.createInstance();
    const client = await mcpClients['1.x over Streamable HTTP'](instance.url, instance.token);
    const answers = Promise.withResolvers<void>();
    platform.stub.answer = () => ({ body: { ok: true, id: 7 }, until: answers.promise });
    const before = requestsOf('campaigns/create');
    const write = outcomeOf(client, 'campaigns_create', { name: 'Once only' });
    await expect.poll(() => requestsOf('campaigns/create'), { timeout: 15_000, interval: 5 }).toBe(before + 1);
    await kill(instance);
    answers.resolve();
    expect(await write).toMatchObject({ kind: 'error', code: 'outcome_unknown' });
    platform.stub.answer = () => ({ body: [{ id: 1 }] });
    expect(await outcomeOf(client, 'leads_categories')).toMatchObject({ kind: 'answered' });
    expect(requestsOf('campaigns/create')).toBe(before + 1);
    await client.close();
  });

  it(`${scaled(2, 5)} restarts in a row under load need no client to connect again`, async () => {
    const instance = await platform.createInstance();
    platform.stub.answer = () => ({ body: [{ id: 1, name: 'Interested' }], delayMs: 5 });
    const clients = await Promise.all(Object.values(mcpClients).map((connect) => connect(instance.url, instance.token)));
    let isOver = false;
    let answered = 0;
    const broken: string[] = [];
    const load = clients.map(async (client) => {
      while (!isOver) {
        const outcome = await outcomeOf(client, 'leads_categories');
        if (outcome.kind === 'answered') answered += 1;
        else broken.push(`${outcome.kind} ${outcome.code}: ${outcome.text}`);
        await delay(50);
      }
    });
    const untilMoreAreAnswered = async () => {
      const before = answered;
      await expect.poll(() => answered, { timeout: 15_000, interval: 5 }).toBeGreaterThan(before + clients.length);
    };
    for (let restart = 0; restart < scaled(2, 5); restart += 1) {
      await untilMoreAreAnswered();
      expect((await platform.rest.post(`/v1/instances/${instance.id}/restart`)).status).toBeLessThan(300);
      await platform.rest.waitForStatus(instance.id, 'running');
    }
    await untilMoreAreAnswered();
    isOver = true;
    await Promise.all(load);
    expect(broken).toEqual([]);
    for (const client of clients) await client.close();
  });

  it('a session that nobody opened is not found, in the protocol’s words', async () => {
    const instance = await platform.createInstance();
    const answer = await fetch(`${instance.url}/mcp`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${instance.token}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-session-id': crypto.randomUUID(),
      },
      body: '{"jsonrpc":"2.0","id":1,"method":"tools/list"}',
    });
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ jsonrpc: '2.0', error: { code: -32001 } });
  });
});
