import { randomUUID } from 'node:crypto';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { parseDataPlaneSecret } from '../../../core/data-plane-secret.ts';
import { DynamoAlertStore } from '../../../functions/adapters/dynamodb/alert-store.ts';
import { DynamoRouteTable } from '../../../functions/adapters/dynamodb/route-table.ts';
import { createInstanceVersions } from '../../../functions/composition/aws-instance-versions.ts';
import { sealersOf } from '../../../functions/composition/aws-sealers.ts';
import { rotateDataPlaneSecret } from '../../../scripts/data-plane-rotation.ts';
import { hasRedis } from '../../container/router/redis/redis-server.ts';
import { describeOnAws } from '../emulator.ts';
import { killRouters } from '../router/router-process.ts';
import { type Cloud, startCloud } from './cloud.ts';

const second = 1000;
/** For what takes some seconds, on a machine that is busy with other tests. */
const soon = { timeout: 60 * second, interval: 100 };

const apiKey = 'demo-whole-path-canary-1';

// Some of these wait for what AWS takes its time for; one emulator serves all test files.
vi.setConfig({ testTimeout: 120 * second });

/** Without Redis nobody knows whether an instance is idle. */
const describeWhole = hasRedis ? describeOnAws : describeOnAws.skip;

// One story: each test begins where the one before has ended.
describeWhole('the whole service on AWS', () => {
  let cloud: Cloud;
  const userId = randomUUID();
  const operatorId = randomUUID();
  let keyId: string;
  let instanceId: string;
  let token: string;

  beforeAll(async () => {
    cloud = await startCloud();
  }, 60 * second);
  afterAll(async () => {
    await cloud?.close();
    killRouters();
  }, 30 * second);

  const call = (...[resource, ...rest]: [Parameters<Cloud['call']>[0], string, string, object?]) => {
    const [method, path, body] = rest;
    return cloud.call(resource, userId, method, path, body === undefined ? {} : { body });
  };
  const statusOf = async () => (await call('instances', 'GET', `/v1/instances/${instanceId}`)).json?.status;
  const untilStatus = (status: string) => vi.waitFor(async () => expect(await statusOf()).toBe(status), soon);
  const warm = async () => ((await cloud.poolOf?.list()) ?? []).filter(({ state }) => state === 'warm').length;
  const untilWarm = () => vi.waitFor(async () => expect(await warm()).toBeGreaterThan(0), soon);
  const tasksOfInstance = () =>
    cloud.ecs.living.filter(({ tags }) => tags.some(({ key, value }) => key === 'instance' && value === instanceId));

  /** It is shown as sleeping when its task is asked to end. */
  async function untilAsleep(): Promise<void> {
    await untilStatus('sleeping');
    await vi.waitFor(() => expect(tasksOfInstance().map(({ taskArn }) => taskArn)).toEqual([]), soon);
  }

  /** What the manager says of the installation when it has looked at it once more. */
  async function healthNow() {
    const asked = Date.now();
    await cloud.managerQueue.send({ kind: 'reconcile' });
    return vi.waitFor(async () => {
      const { json } = await cloud.call('admin', operatorId, 'GET', '/v1/admin/health', {}, '[operators]');
      expect(Date.parse(json?.checkedAt)).toBeGreaterThan(asked);
      return json;
    }, soon);
  }

  /** How the router answers somebody with this token who says nothing sensible. */
  async function opens(bearer: string): Promise<number> {
    const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' };
    const url = `${cloud.routerBase}/i/${instanceId}/mcp`;
    return (await fetch(url, { method: 'POST', headers, body: '{}' })).status;
  }

  /** A stream of HTTP+SSE, as n8n holds one. */
  async function openStream() {
    const leaving = new AbortController();
    const response = await fetch(`${cloud.routerBase}/i/${instanceId}/sse`, {
      headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream' },
      signal: leaving.signal,
    });
    expect(response.status).toBe(200);
    let isOpen = true;
    const reading = response.body?.pipeTo(new WritableStream()).catch(() => {});
    void reading?.then(() => {
      isOpen = false;
    });
    return { isOpen: () => isOpen, close: () => leaving.abort() };
  }

  async function connected(): Promise<Client> {
    const client = new Client({ name: 'whole-path', version: '1.0.0' });
    const requestInit = { headers: { authorization: `Bearer ${token}` } };
    await client.connect(new StreamableHTTPClientTransport(new URL(`${cloud.routerBase}/i/${instanceId}/mcp`), { requestInit }));
    return client;
  }

  async function campaigns(client: Client): Promise<string> {
    const result = await client.callTool({ name: 'campaigns_get_all', arguments: {} }, undefined, { timeout: 60 * second });
    expect(result.isError ?? false).toBe(false);
    return JSON.stringify(result.content);
  }

  it('makes a workspace for whoever confirms an address', async () => {
    for (const [sub, email] of [[userId, 'ada@example.com'] as const, [operatorId, 'operator@example.com'] as const]) {
      const event = { request: { userAttributes: { sub, email, email_verified: 'true' } } };
      expect(await cloud.confirm(event)).toBe(event);
    }
    const { status, json } = await call('instances', 'GET', '/v1/instances');
    expect({ status, json }).toEqual({ status: 200, json: { items: [], nextCursor: null } });
  });

  it('keeps a key that Smartlead accepts in Secrets Manager, and refuses any other', async () => {
    const refused = await call('keys', 'POST', '/v1/keys', { label: 'Main', apiKey: 'no-such-key-0000' });
    expect(refused.status).toBe(422);
    const { status, json } = await call('keys', 'POST', '/v1/keys', { label: 'Main', apiKey });
    expect({ status, status2: json?.status }).toEqual({ status: 201, status2: 'valid' });
    expect(JSON.stringify(json)).not.toContain(apiKey);
    keyId = json?.id;
    expect(await cloud.secretNames()).toHaveLength(1);
  });

  it('runs an instance by a task of the warm pool', async () => {
    await untilWarm();
    const asked = performance.now();
    const wish = { name: 'Campaigns', keyId, sleepAfterSeconds: 5 };
    const { status, json } = await call('instances', 'POST', '/v1/instances', wish);
    expect(status).toBe(201);
    instanceId = json?.id;
    await untilStatus('running');
    note('POST to running, by a warm task', asked);
    expect(tasksOfInstance().map(({ family }) => family)).toEqual([expect.stringContaining('-warm-small')]);
    const made = await call('tokens', 'POST', `/v1/instances/${instanceId}/tokens`, { label: 'n8n' });
    expect(made.status).toBe(201);
    token = made.json?.token;
  });

  it('answers calls through the router, and counts them', async () => {
    const client = await connected();
    expect(await campaigns(client)).toContain('campaign');
    await client.close();
    await vi.waitFor(async () => {
      const { json } = await call('usage', 'GET', `/v1/usage?instanceId=${instanceId}`);
      expect(JSON.stringify(json)).toContain('campaigns_get_all');
    }, soon);
    expect(await opens('a-stranger')).toBe(401);
  });

  it('shows what its instance printed, and nothing of a task that nobody has', async () => {
    await vi.waitFor(async () => {
      const { status, json } = await call('logs', 'GET', `/v1/instances/${instanceId}/logs?tool=campaigns_get_all`);
      expect(status).toBe(200);
      expect(json?.items).toMatchObject([{ level: 'info', tool: 'campaigns_get_all', outcome: 'ok' }]);
    }, soon);
    const { json } = await call('logs', 'GET', `/v1/instances/${instanceId}/logs?limit=100`);
    expect(JSON.stringify(json)).not.toContain(apiKey);
  });

  it('sleeps when nobody calls, and wakes by a call', async () => {
    await untilAsleep();
    await untilWarm();
    const asked = performance.now();
    const client = await connected();
    expect(await campaigns(client)).toContain('campaign');
    note('wake by a warm task, from the call to its answer', asked);
    expect(tasksOfInstance()).toHaveLength(1);
    await client.close();
  });

  it('starts cold where the pool is empty', async () => {
    await untilAsleep();
    await untilWarm();
    // Somebody else is faster, and there is no capacity for more.
    cloud.ecs.fault = (action, input) =>
      action === 'RunTask' && String(input.taskDefinition).includes('-warm-')
        ? { type: 'PlatformTaskDefinitionIncompatibilityException', message: 'No more warm tasks for now.' }
        : undefined;
    for (const process of (await cloud.poolOf?.list()) ?? []) {
      await cloud.poolOf?.claim(process, 'ins_somebody_else', new Date().toISOString());
    }
    const asked = performance.now();
    const client = await connected();
    expect(await campaigns(client)).toContain('campaign');
    note('wake by a cold task, from the call to its answer', asked);
    expect(tasksOfInstance().map(({ family }) => family)).toEqual([expect.stringContaining(instanceId)]);
    await client.close();
    cloud.ecs.fault = () => undefined;
  });

  it('holds its invariant, and tells operators alone', async () => {
    const health = await healthNow();
    expect(health.violations).toEqual([]);
    expect(health.components.filter(({ status }: { status: string }) => status !== 'ok')).toEqual([]);
    expect(health).toMatchObject({ holds: true, counts: { instances: 1, secrets: 1, tokens: 1 } });
    expect((await call('admin', 'GET', '/v1/admin/health')).status).toBe(403);
  });

  it('is brought back when its task dies', async () => {
    const awake = await call('instances', 'PATCH', `/v1/instances/${instanceId}`, { sleepAfterSeconds: null });
    expect(awake.status).toBe(200);
    const client = await connected();
    expect(await campaigns(client)).toContain('campaign');
    await untilWarm();
    const [before] = tasksOfInstance();
    const died = performance.now();
    before?.container?.kill();
    await vi.waitFor(async () => {
      expect(tasksOfInstance().map(({ taskArn }) => taskArn)).not.toContain(before?.taskArn);
      expect(tasksOfInstance()).toHaveLength(1);
    }, soon);
    // The same session, which the client has never lost.
    expect(await campaigns(client)).toContain('campaign');
    note('a task died, from its end to the next answer', died);
    await client.close();
  });

  it('shuts a token out that was revoked', async () => {
    const made = await call('tokens', 'POST', `/v1/instances/${instanceId}/tokens`, { label: 'short' });
    expect(await opens(made.json?.token)).not.toBe(401);
    const path = `/v1/instances/${instanceId}/tokens/${made.json?.id}`;
    expect((await call('tokens', 'DELETE', path)).status).toBe(204);
    const revoked = performance.now();
    await vi.waitFor(async () => expect(await opens(made.json?.token)).toBe(401), soon);
    note('a revoked token is refused after', revoked);
  });

  it('goes on through two rotations of the secret that routers and control plane share', async () => {
    const wish = { name: 'Failures', kind: 'instance_failed', webhookUrl: 'https://hooks.example.com/1' };
    const rule = (await call('alert-rules', 'POST', '/v1/alert-rules', wish)).json;
    const askForToken = () =>
      cloud.call('tokens', userId, 'POST', `/v1/instances/${instanceId}/tokens`, {
        ...{ body: { label: 'once' }, headers: { 'idempotency-key': 'rotation' } },
      });
    const once = await askForToken();
    const client = await connected();
    expect(await campaigns(client)).toContain('campaign');
    await untilWarm();
    const sessionId = client.transport?.sessionId;
    const tasksBefore = tasksOfInstance().map(({ taskArn }) => taskArn);
    const waitingTasks = () =>
      cloud.ecs.living.filter(({ tags }) => tags.every(({ key }) => key !== 'instance')).map(({ taskArn }) => taskArn);
    const waitingBefore = waitingTasks();

    for (const [rotation, step] of (['announce', 'switch', 'announce', 'switch'] as const).entries()) {
      await rotateDataPlaneSecret(step, {
        ...{ secret: cloud.storedDataPlaneSecret, readers: cloud.readers, now: cloud.now },
        makeSecret: () => `canary-of-rotation-${rotation}-${randomUUID()}`,
      });
      cloud.passTime(10 * 60 * second);
      await cloud.doChores();
      // Nobody but the id of the session itself knows of it any more.
      await cloud.redis.kill();
      await cloud.redis.start();
      expect(await campaigns(client)).toContain('campaign');
      expect(await askForToken()).toEqual(once);
    }

    expect(client.transport?.sessionId).toBe(sessionId);
    expect(tasksOfInstance().map(({ taskArn }) => taskArn)).toEqual(tasksBefore);
    expect((await healthNow()).violations).toEqual([]);

    // What lives for long opens with the last secret alone; the one before the last has made nothing that is still needed.
    const stored = parseDataPlaneSecret((await cloud.storedDataPlaneSecret.read()).text);
    cloud.planted.push(stored.current, ...stored.previous.map(({ secret }) => secret));
    const alone = sealersOf(stored.current);
    const route = await new DynamoRouteTable(cloud.table, alone.dataPlane).get(instanceId);
    const alerts = new DynamoAlertStore(cloud.table, alone.records);
    expect(await alerts.findWebhookSecret(route?.workspaceId ?? '', rule.id)).toBe(rule.webhookSecret);

    // A task that waited through all of it believes whoever assigns it.
    await untilWarm();
    tasksOfInstance()[0]?.container?.kill();
    await vi.waitFor(() => {
      expect(tasksOfInstance().map(({ taskArn }) => taskArn)).toEqual([expect.toBeOneOf(waitingBefore)]);
    }, soon);
    expect(await campaigns(client)).toContain('campaign');
    expect((await call('alert-rules', 'DELETE', `/v1/alert-rules/${rule.id}`)).status).toBe(204);
    expect((await call('tokens', 'DELETE', `/v1/instances/${instanceId}/tokens/${once.json?.id}`)).status).toBe(204);
    await client.close();
  });

  it('shows operators which version runs, and begins no rollout to what runs already', async () => {
    const ask = (method: string, path: string, body?: object) =>
      cloud.call('admin', operatorId, method, path, body === undefined ? {} : { body }, '[operators]');
    const versions = await ask('GET', '/v1/admin/versions');
    expect(versions.json).toMatchObject({ current: 'ab12'.repeat(4), items: [{ version: 'ab12'.repeat(4), instances: 1 }] });
    const refused = await ask('POST', '/v1/admin/rollouts', {});
    expect({ status: refused.status, detail: refused.json?.detail }).toEqual({
      ...{ status: 409, detail: 'All instances run this version already.' },
    });
  });

  it('rolls a new version out while its clients stay connected, and takes it back', async () => {
    const release = { INSTANCE_IMAGE: `registry.test/assets:${'cd34'.repeat(16)}` };
    const version = await createInstanceVersions(release, cloud.table, { now: () => new Date() }).installRelease();
    const client = await connected();
    expect(await campaigns(client)).toContain('campaign');
    const stream = await openStream();
    const [before] = tasksOfInstance();
    const versionTagOf = () => tasksOfInstance().map(({ tags }) => tags.find(({ key }) => key === 'version')?.value);
    const ask = (method: string, path: string, body: object = {}) =>
      cloud.call('admin', operatorId, method, path, method === 'GET' ? {} : { body }, '[operators]');

    const begun = await ask('POST', '/v1/admin/rollouts', { version });
    expect(begun.status).toBe(202);
    await vi.waitFor(() => expect(versionTagOf()).toEqual([version]), soon);
    expect(tasksOfInstance().map(({ taskArn }) => taskArn)).not.toContain(before?.taskArn);
    // The same session, at the new task.
    expect(await campaigns(client)).toContain('campaign');
    expect(stream.isOpen()).toBe(true);

    expect((await ask('POST', `/v1/admin/rollouts/${begun.json?.id}/cancel`)).status).toBe(202);
    await vi.waitFor(async () => {
      expect((await ask('GET', '/v1/admin/rollouts')).json?.items).toMatchObject([{ status: 'rolled_back' }]);
      expect(versionTagOf()).toEqual(['ab12'.repeat(4)]);
    }, soon);
    expect(await campaigns(client)).toContain('campaign');
    expect(stream.isOpen()).toBe(true);
    stream.close();
    await client.close();
  });

  it('tells routers of which ECS says that they are to stop', async () => {
    const taskArn = 'arn:aws:ecs:eu-central-1:123456789012:task/platform/router-1';
    const clusterArn = 'arn:aws:ecs:eu-central-1:123456789012:cluster/platform';
    const detail = { taskArn, clusterArn, startedBy: 'ecs-svc/1', lastStatus: 'DEACTIVATING', desiredStatus: 'STOPPED' };
    await cloud.managerQueue.send({ source: 'aws.ecs', 'detail-type': 'ECS Task State Change', detail });
    await vi.waitFor(async () => expect(await cloud.changes()).toContainEqual({ kind: 'router-stopping', taskArn }), soon);
  });

  it('leaves nothing of an instance that is deleted, nor of its key', async () => {
    expect((await call('instances', 'POST', `/v1/instances/${instanceId}/stop`)).status).toBe(202);
    await untilStatus('stopped');
    expect(tasksOfInstance().map(({ taskArn }) => taskArn)).toEqual([]);
    expect((await call('instances', 'DELETE', `/v1/instances/${instanceId}`)).status).toBe(204);
    expect((await call('instances', 'GET', `/v1/instances/${instanceId}`)).status).toBe(404);
    await vi.waitFor(async () => expect((await call('keys', 'DELETE', `/v1/keys/${keyId}`)).status).toBe(204), soon);
    expect(await cloud.secretNames()).toEqual([]);
    await vi.waitFor(async () => expect(await opens(token)).toBe(401), soon);
    await vi.waitFor(async () => {
      expect(await healthNow()).toMatchObject({
        ...{ holds: true, violations: [] },
        counts: { instances: 0, processes: 0, routes: 0, secrets: 0, tokens: 0 },
      });
    }, soon);
    const ownDefinitions = cloud.ecs.definitions.filter(({ family }) => family.includes(instanceId));
    expect(ownDefinitions.map(({ state }) => state)).toEqual(['DELETE_IN_PROGRESS']);
    expect([...cloud.executions.values()].filter(({ state }) => state.status !== 'succeeded')).toEqual([]);
  });

  it('has told nobody a secret', () => {
    const told = [...cloud.incidents, cloud.routerOutput(), JSON.stringify([...cloud.executions.values()])].join('\n');
    for (const secret of [...cloud.planted, apiKey, token]) expect(told.includes(secret)).toBe(false);
  });
});

/** For whoever looks at numbers; nothing depends on them. */
function note(what: string, since: number): void {
  process.stderr.write(`${what}: ${Math.round(performance.now() - since)} ms\n`);
}
