import { appendFile, cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { mcpClients } from './mcp-clients.ts';
import { RestClient } from './rest-client.ts';
import { type RunningService, startService } from './start-service.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const count = 3;

/** A copy of the build, so that its instance can be exchanged while other tests use the original. */
let root: string;
let service: RunningService;
let rest: RestClient;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'upgrade-'));
  await mkdir(join(root, 'dist'));
  for (const part of ['service', 'instance', 'dashboard']) {
    await cp(join(repository, 'dist', part), join(root, 'dist', part), { recursive: true });
  }
  await symlink(join(repository, 'node_modules'), join(root, 'node_modules'));
  service = await startService({ root, environment: { ROLLOUT_OBSERVE_SECONDS: '0.5' } });
  rest = new RestClient(service.url);
  await rest.signUp();
});
afterAll(async () => {
  await service?.stop();
  await rm(root, { recursive: true, force: true });
});

async function versionsInUse(): Promise<string[]> {
  const { body } = await rest.get('/v1/admin/instances');
  return body.items.map(({ runtime }: { runtime: { version: string } | null }) => runtime?.version ?? 'none');
}

async function rollOut(body: object = {}) {
  const begun = await rest.post('/v1/admin/rollouts', body);
  expect(begun.status).toBe(202);
  let rollout = begun.body;
  await expect
    .poll(
      async () => {
        rollout = (await rest.get('/v1/admin/rollouts')).body.items[0];
        return rollout.endedAt;
      },
      { timeout: 60_000, interval: 50 },
    )
    .not.toBeNull();
  return rollout;
}

it('a new version goes through all instances while clients use them, and none notices more than a pause', async () => {
  const instances = [];
  for (let index = 0; index < count; index += 1) instances.push(await rest.createRunningInstance());
  const before = (await rest.get('/v1/admin/versions')).body;
  expect(before.items).toMatchObject([{ version: before.current, instances: count }]);

  const clients = await Promise.all(
    instances.flatMap(({ instance, token }) => {
      const url = `${service.url}/i/${instance.id}`;
      return [mcpClients['1.x over SSE'](url, token), mcpClients['2.x over Streamable HTTP'](url, token)];
    }),
  );
  let isOver = false;
  const calls = clients.map(() => 0);
  const usage = clients.map(async (client, index) => {
    for (; !isOver; calls[index] = (calls[index] ?? 0) + 1) {
      const answer = await client.callTool({ name: 'campaigns_get_all', arguments: {} });
      expect(answer.isError).not.toBe(true);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  });
  const untilAllCalled = async () => {
    const before = [...calls];
    await expect.poll(() => calls.every((count, index) => count > (before[index] ?? 0)), { timeout: 15_000 }).toBe(true);
  };

  await untilAllCalled();
  await appendFile(join(root, 'dist/instance/main.js'), '\n// Another build.\n');
  const rollout = await rollOut();
  await untilAllCalled();
  isOver = true;
  expect(rollout).toMatchObject({ status: 'done', total: count, done: count, previousVersion: before.current, reason: null });
  expect(rollout.version).not.toBe(before.current);
  expect(await versionsInUse()).toEqual(Array.from({ length: count }, () => rollout.version));
  await Promise.all(usage);
  await Promise.all(clients.map((client) => client.close()));
}, 120_000);

it('a version that does not start goes back by itself, and only its first instance saw it', async () => {
  const before = (await rest.get('/v1/admin/versions')).body.current;
  await writeFile(join(root, 'dist/instance/main.js'), 'process.exit(7);\n');
  const rollout = await rollOut();
  expect(rollout).toMatchObject({
    status: 'rolled_back',
    done: 0,
    failedInstanceId: expect.any(String),
    reason: expect.any(String),
  });
  const { body } = await rest.get(`/v1/instances?limit=10`);
  for (const { id } of body.items) await rest.waitForStatus(id, 'running');
  expect(await versionsInUse()).toEqual(Array.from({ length: count }, () => before));
  expect((await rest.get('/v1/admin/versions')).body.current).toBe(before);
}, 90_000);

it('an operator can go back to the version before', async () => {
  const { current, items } = (await rest.get('/v1/admin/versions')).body;
  // What did not start is not kept.
  expect(items).toHaveLength(2);
  const older = items.find(({ version }: { version: string }) => version !== current)?.version;
  expect(await rollOut({ version: older })).toMatchObject({ status: 'done', version: older });
  expect(await versionsInUse()).toEqual(Array.from({ length: count }, () => older));
}, 90_000);
