import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type McpClient, mcpClients } from '../../e2e/mcp-clients.ts';
import { descendants } from '../../e2e/process-tree.ts';
import { outcomeOf } from '../call-outcome.ts';
import { type FaultPlatform, HeldStreams, type HostedInstance, startFaultPlatform } from '../platform.ts';
import { scaled } from '../scale.ts';

let platform: FaultPlatform;
let instance: HostedInstance;

beforeAll(async () => {
  platform = await startFaultPlatform();
  instance = await platform.createInstance();
});
afterAll(() => platform.close());

/** What clients see while something happens to the database. Calls that break or end in an error are named. */
async function duringLoad(happening: () => Promise<void>): Promise<{ failures: string[]; streamsClosed: number }> {
  platform.stub.answer = () => ({ body: [{ id: 1, name: 'Interested' }], delayMs: 20 });
  const streams = new HeldStreams();
  await streams.open(instance, scaled(60, 190));
  const clients: McpClient[] = await Promise.all(
    Object.values(mcpClients).map((connect) => connect(instance.url, instance.token)),
  );
  let isOver = false;
  let answered = 0;
  const failures: string[] = [];
  const load = clients.map(async (client) => {
    while (!isOver) {
      const outcome = await outcomeOf(client, 'leads_categories');
      if (outcome.kind === 'answered') answered += 1;
      else failures.push(`${outcome.kind} ${outcome.code}`);
      await delay(60);
    }
  });
  const untilMoreAreAnswered = async () => {
    const before = answered;
    await expect.poll(() => answered, { timeout: 15_000, interval: 5 }).toBeGreaterThanOrEqual(before + 2 * clients.length);
  };
  await untilMoreAreAnswered();
  await happening();
  await untilMoreAreAnswered();
  isOver = true;
  await Promise.all(load);
  for (const client of clients) await client.close();
  const streamsClosed = streams.closed;
  streams.closeAll();
  return { failures, streamsClosed };
}

/** Calls of MCP clients whose token is known already need no database for as long as it takes to come back. */
describe('PostgreSQL under open streams and running calls', { timeout: 60_000 }, () => {
  it('kill -9: no stream is closed, no call fails, and the API is back by itself', async () => {
    const seen = await duringLoad(async () => {
      const former = await platform.postmaster();
      process.kill(former, 'SIGKILL');
      await expect.poll(() => platform.postmaster().catch(() => former), { timeout: 15_000, interval: 25 }).not.toBe(former);
      await expect.poll(async () => (await platform.rest.get('/v1/me')).status, { timeout: 15_000, interval: 50 }).toBe(200);
    });
    expect(seen.streamsClosed).toBe(0);
    expect(seen.failures).toEqual([]);
  });

  it('that hangs for a while and goes on: no stream is closed and no call fails', async () => {
    const seen = await duringLoad(async () => {
      const postmaster = await platform.postmaster();
      const all = [postmaster, ...descendants(postmaster)];
      for (const pid of all) process.kill(pid, 'SIGSTOP');
      try {
        await delay(scaled(1_500, 4_000));
      } finally {
        for (const pid of all) process.kill(pid, 'SIGCONT');
      }
      await expect.poll(async () => (await platform.rest.get('/v1/me')).status, { timeout: 15_000, interval: 50 }).toBe(200);
    });
    expect(seen.streamsClosed).toBe(0);
    expect(seen.failures).toEqual([]);
  });

  it('loses no count and counts nothing twice', async () => {
    const client = await mcpClients['1.x over Streamable HTTP'](instance.url, instance.token);
    const callsOf = async () => {
      const { body } = await platform.rest.get(`/v1/usage?instanceId=${instance.id}`);
      return (body.items as { instanceId?: string; tool?: string; calls: number }[])
        .filter(({ tool }) => tool === undefined || tool === 'campaigns_get_all')
        .reduce((sum, { calls }) => sum + calls, 0);
    };
    const before = await callsOf();
    const made = scaled(30, 300);
    for (let call = 0; call < made; call += 1) {
      if (call === Math.floor(made / 2)) process.kill(await platform.postmaster(), 'SIGKILL');
      expect(await outcomeOf(client, 'campaigns_get_all')).toMatchObject({ kind: 'answered' });
      await delay(15);
    }
    await expect.poll(() => callsOf().catch(() => -1), { timeout: 20_000, interval: 200 }).toBe(before + made);
    await client.close();
  });
});
