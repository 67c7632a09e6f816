import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mcpClients } from '../../e2e/mcp-clients.ts';
import { isAlive } from '../../e2e/process-tree.ts';
import { outcomeOf } from '../call-outcome.ts';
import { type FaultPlatform, instancesBelow, startFaultPlatform } from '../platform.ts';
import { scaled } from '../scale.ts';

let platform: FaultPlatform;

beforeAll(async () => {
  platform = await startFaultPlatform();
});
afterAll(() => platform.close());

describe('a key that is rotated under load (PEERS 23)', () => {
  it('no call reaches Smartlead with the former key once the rotation is answered, and none is lost', async () => {
    const instance = await platform.createInstance();
    const clients = await Promise.all(Object.values(mcpClients).map((connect) => connect(instance.url, instance.token)));
    platform.stub.answer = () => ({ body: [{ id: 1, name: 'Interested' }], delayMs: 5 });
    let isOver = false;
    const broken: string[] = [];
    const load = clients.map(async (client) => {
      while (!isOver) {
        const outcome = await outcomeOf(client, 'leads_categories');
        if (outcome.kind !== 'answered') broken.push(`${outcome.kind} ${outcome.code}`);
        await delay(30);
      }
    });
    const requestsUntil = (count: number) =>
      expect.poll(() => platform.stub.requests.length, { timeout: 20_000, interval: 5 }).toBeGreaterThanOrEqual(count);
    await requestsUntil(platform.stub.requests.length + 3 * clients.length);
    const apiKey = `rotated-${crypto.randomUUID()}`;
    expect((await platform.rest.post(`/v1/keys/${instance.keyId}/rotate`, { apiKey })).status).toBeLessThan(300);
    await platform.rest.waitForStatus(instance.id, 'running');
    const keyOf = ({ query }: { query: [string, string][] }) => query.find(([name]) => name === 'api_key')?.[1];
    await expect
      .poll(() => keyOf(platform.stub.requests.at(-1) ?? { query: [] }), { timeout: 15_000, interval: 20 })
      .toBe(apiKey);
    const rotated = platform.stub.requests.length;
    await requestsUntil(rotated + scaled(50, 300));
    isOver = true;
    await Promise.all(load);
    const after = platform.stub.requests.slice(rotated).map(keyOf);
    expect(after.filter((key) => key !== apiKey)).toEqual([]);
    expect(broken).toEqual([]);
    for (const client of clients) await client.close();
  }, 60_000);
});

describe('an instance that hangs (PEERS 3, 24, 26)', () => {
  it.concurrent('is noticed by a round trip and not by its open port, and replaced', async () => {
    const instance = await platform.createInstance();
    const frozen = (await platform.processOf(instance)) as number;
    process.kill(frozen, 'SIGSTOP');
    try {
      await expect
        .poll(() => platform.processOf(instance), { timeout: 90_000, interval: 200 })
        .toSatisfy((pid) => pid !== undefined && pid !== frozen);
      await platform.rest.waitForStatus(instance.id, 'running');
      expect(isAlive(frozen)).toBe(false);
      const client = await mcpClients['1.x over Streamable HTTP'](instance.url, instance.token);
      expect(await outcomeOf(client, 'leads_categories')).toMatchObject({ kind: 'answered' });
      await client.close();
    } finally {
      if (isAlive(frozen)) process.kill(frozen, 'SIGCONT');
    }
  }, 120_000);

  it.concurrent('is ended by force where it does not end when it is told to stop, and no process is left', async () => {
    const instance = await platform.createInstance();
    const frozen = (await platform.processOf(instance)) as number;
    process.kill(frozen, 'SIGSTOP');
    expect((await platform.rest.post(`/v1/instances/${instance.id}/stop`)).status).toBeLessThan(300);
    await platform.rest.waitForStatus(instance.id, 'stopped', 40_000);
    expect(isAlive(frozen)).toBe(false);
    expect(await instancesBelow(platform.service.process.pid as number)).not.toContain(frozen);
  }, 60_000);
});
