import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { mcpClients } from './mcp-clients.ts';
import { descendants, isAlive } from './process-tree.ts';
import { RestClient } from './rest-client.ts';
import { type RunningService, startService } from './start-service.ts';

describe('after kill -9', { timeout: 60_000 }, () => {
  const services: RunningService[] = [];
  afterEach(async () => {
    // The last first: the data folder belongs to the first one, whose end removes it.
    for (const service of services.splice(0).toReversed()) await service.stop();
  });
  const start = async (options?: Parameters<typeof startService>[0]) => {
    const service = await startService(options);
    services.push(service);
    return service;
  };

  async function callOnce(service: RunningService, instanceId: string, token: string): Promise<boolean> {
    const client = await mcpClients['1.x over Streamable HTTP'](`${service.url}/i/${instanceId}`, token);
    const result = await client.callTool({ name: 'leads_categories', arguments: {} });
    await client.close();
    return result.isError !== true;
  }

  const runtimeOf = async (rest: RestClient, instanceId: string) => {
    const { body } = await rest.get('/v1/admin/instances');
    return body.items.find((item: { id: string }) => item.id === instanceId)?.runtime as { ref: string } | null;
  };

  it('of the main process, everything it started is gone by itself, and the next start recovers', async () => {
    const first = await start();
    const rest = new RestClient(first.url);
    await rest.signUp('crash@example.com');
    const { instance, token } = await rest.createRunningInstance();
    expect(await callOnce(first, instance.id, token)).toBe(true);
    const children = descendants(first.process.pid ?? -1);
    expect(children.length).toBeGreaterThan(1);

    await first.kill();
    await expect.poll(() => children.filter(isAlive), { timeout: 15_000, interval: 50 }).toEqual([]);

    const second = await start({ dataDir: first.dataDir });
    const again = new RestClient(second.url);
    expect((await again.signIn('crash@example.com')).status).toBe(200);
    await again.waitForStatus(instance.id, 'running');
    expect(await callOnce(second, instance.id, token)).toBe(true);
    expect((await again.get('/v1/audit?limit=100')).body.items.map((entry: { action: string }) => entry.action)).toEqual(
      expect.arrayContaining(['key.create', 'instance.create', 'token.create']),
    );
  });

  it('of an instance, it is back by itself, in one process', async () => {
    const service = await start();
    const rest = new RestClient(service.url);
    await rest.signUp();
    const { instance, token } = await rest.createRunningInstance();
    const before = await runtimeOf(rest, instance.id);
    process.kill(Number(before?.ref), 'SIGKILL');
    await expect
      .poll(async () => (await runtimeOf(rest, instance.id))?.ref ?? before?.ref, { timeout: 15_000, interval: 50 })
      .not.toBe(before?.ref);
    await rest.waitForStatus(instance.id, 'running');
    expect(await callOnce(service, instance.id, token)).toBe(true);
    const events = (await rest.get(`/v1/instances/${instance.id}/events`)).body.items.map(
      (event: { type: string }) => event.type,
    );
    expect(events).toContain('exited');
  });

  it('of PostgreSQL, the service comes back and no committed row is lost', async () => {
    const service = await start();
    const rest = new RestClient(service.url);
    await rest.signUp();
    const { instance, token } = await rest.createRunningInstance();
    const labels = Array.from({ length: 20 }, (_, index) => `token ${index}`);
    for (const label of labels) expect((await rest.post(`/v1/instances/${instance.id}/tokens`, { label })).status).toBe(201);

    const postmaster = Number((await readFile(join(service.dataDir, 'postgres/cluster/postmaster.pid'), 'utf8')).split('\n')[0]);
    process.kill(postmaster, 'SIGKILL');

    const during = await rest.get('/v1/me');
    expect([200, 503]).toContain(during.status);
    await expect
      .poll(async () => (await rest.get(`/v1/instances/${instance.id}/tokens?limit=100`)).status, {
        timeout: 15_000,
        interval: 200,
      })
      .toBe(200);
    const { body } = await rest.get(`/v1/instances/${instance.id}/tokens?limit=100`);
    expect(body.items.map((item: { label: string }) => item.label).sort()).toEqual([...labels, 'n8n'].sort());
    expect(await callOnce(service, instance.id, token)).toBe(true);
  });
});
