import { afterAll, beforeAll, expect, it } from 'vitest';
import { mcpClients } from './mcp-clients.ts';
import { RestClient } from './rest-client.ts';
import { type RunningService, startService } from './start-service.ts';

let service: RunningService;

beforeAll(async () => {
  service = await startService();
});
afterAll(async () => {
  await service?.stop();
});

it('an instance sleeps although clients hold streams open, and their next calls wake it', async () => {
  const rest = new RestClient(service.url);
  await rest.signUp();
  const { instance, token } = await rest.createRunningInstance();
  const url = `${service.url}/i/${instance.id}`;
  const clients = await Promise.all([mcpClients['1.x over SSE'](url, token), mcpClients['2.x over Streamable HTTP'](url, token)]);
  for (const client of clients) expect((await client.listTools()).tools.length).toBeGreaterThan(0);

  const patched = await rest.patch(`/v1/instances/${instance.id}`, { sleepAfterSeconds: 5 });
  expect(patched.body).toMatchObject({ status: 'running', sleepAfterSeconds: 5 });
  await rest.waitForStatus(instance.id, 'sleeping', 40_000);
  const runtimes = async () =>
    (await rest.get('/v1/admin/instances')).body.items.map(({ runtime }: { runtime: unknown }) => runtime);
  await expect.poll(runtimes, { timeout: 15_000, interval: 50 }).toEqual([null]);

  const answers = await Promise.all(clients.map((client) => client.callTool({ name: 'campaigns_get_all', arguments: {} })));
  for (const answer of answers) expect(answer.isError).not.toBe(true);
  expect(await rest.waitForStatus(instance.id, 'running')).toMatchObject({ sleepAfterSeconds: 5 });
  await Promise.all(clients.map((client) => client.close()));
}, 90_000);

it('an instance for stdio bridges has no SSE stream, awake or asleep, and is not woken for it', async () => {
  const rest = new RestClient(service.url);
  await rest.signUp();
  const { instance, token } = await rest.createRunningInstance({ mode: 'stdio' });
  const openStream = async () => {
    const headers = { Authorization: `Bearer ${token}`, Accept: 'text/event-stream' };
    const answer = await fetch(`${service.url}/i/${instance.id}/sse`, { headers });
    expect(answer.status).toBe(404);
    expect((await answer.json()).error.data).toMatchObject({ retry: false, nextStep: expect.any(String) });
  };
  await openStream();
  await rest.patch(`/v1/instances/${instance.id}`, { sleepAfterSeconds: 5 });
  await rest.waitForStatus(instance.id, 'sleeping', 40_000);
  await openStream();
  expect((await rest.get(`/v1/instances/${instance.id}`)).body.status).toBe('sleeping');
}, 90_000);
