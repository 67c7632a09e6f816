import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createIdentifier } from '../../../core/identifiers.ts';
import { collect, listen, open, post, type Script, send, stop, toolCall } from '../../container/router/fixture.ts';
import { withSessions } from '../../container/router/instance-with-sessions.ts';
import { hasRedis, type RedisServer, startRedis } from '../../container/router/redis/redis-server.ts';
import { freePort } from '../../free-port.ts';
import { describeOnAws } from '../emulator.ts';
import { createPlatform, dataPlaneSecret, type PlatformFixture } from './platform.ts';
import { killRouters, type RouterProcess, startRouterProcess } from './router-process.ts';

// Each test starts programs, and one emulator serves all test files.
vi.setConfig({ testTimeout: 60_000 });

const accessToken = 'canary-access-token-of-the-instance';
const initialize = {
  ...{ jsonrpc: '2.0', id: 0, method: 'initialize' },
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'the test', version: '1' } },
};

describeOnAws('the router at scale saas', () => {
  let platform: PlatformFixture;
  let instance: { server: Awaited<ReturnType<typeof listen>>['server']; address: string; presented: Set<string | undefined> };
  let instanceId: string;
  let workspaceId: string;
  let token: string;
  let tokenId: string;

  beforeAll(async () => {
    platform = await createPlatform();
  });
  afterAll(() => platform.close());
  beforeEach(async () => {
    instanceId = createIdentifier('instance');
    workspaceId = createIdentifier('workspace');
    ({ token, tokenId } = await platform.putToken(instanceId, workspaceId));
    instance = await startInstance(withSessions());
    await Promise.all([platform.take('manager'), platform.take('usage')]);
  });
  afterEach(async () => {
    killRouters();
    platform.table.comeBack();
    await stop(instance.server);
  });

  async function startInstance(script: Script) {
    const presented = new Set<string | undefined>();
    const started = await listen((request, response) => {
      presented.add(request.headers.authorization);
      let body = '';
      request.on('data', (chunk) => {
        body += String(chunk);
      });
      request.on('end', () => script(request, response, body));
    });
    return { ...started, presented };
  }

  async function start(environment: Record<string, string> = {}): Promise<RouterProcess> {
    const router = await startRouterProcess({ ...platform.environment, ...environment });
    await expect.poll(async () => (await send(`${router.base}/readyz`)).status).toBe(200);
    return router;
  }

  const putRoute = (address: string) => platform.routes.set({ instanceId, workspaceId, address, accessToken });
  const run = async (status: 'running' | 'sleeping' = 'running') => {
    await platform.putInstance(instanceId, workspaceId, status);
    if (status === 'running') await putRoute(instance.address);
  };
  const door = (router: RouterProcess, name: string) => `${router.base}/i/${instanceId}/${name}`;

  /** Messages of a queue until one of them is of that kind. */
  async function messagesUntil(queue: 'manager' | 'usage', isThere: (message: Record<string, unknown>) => boolean) {
    const messages: Record<string, unknown>[] = [];
    await expect
      .poll(
        async () => {
          messages.push(...(await platform.take(queue)));
          return messages.some(isThere);
        },
        { timeout: 20_000 },
      )
      .toBe(true);
    return messages;
  }

  it('passes calls on, presents the unsealed token, tells who came and counts', async () => {
    await run();
    const router = await start();
    const opened = await post(door(router, 'mcp'), token, initialize);
    expect(opened.status).toBe(200);
    const session = { 'Mcp-Session-Id': String(opened.headers['mcp-session-id']) };
    expect(JSON.parse((await post(door(router, 'mcp'), token, toolCall(1), session)).text)).toMatchObject({ id: 1 });
    expect([...instance.presented]).toEqual([`Bearer ${accessToken}`]);
    const kinds = (message: Record<string, unknown>) => message.kind;
    const told = await messagesUntil('manager', ({ kind }) => kind === 'client-connected');
    if (!told.some(({ kind }) => kind === 'token-used')) {
      told.push(...(await messagesUntil('manager', ({ kind }) => kind === 'token-used')));
    }
    expect(told.map(kinds).sort()).toEqual(['client-connected', 'token-used']);
    expect(told).toContainEqual({ kind: 'client-connected', instanceId, workspaceId, tokenId, clientName: 'the test' });
    router.terminate();
    expect(await router.ended).toBe(0);
    const [batch] = await messagesUntil('usage', ({ batchId }) => typeof batchId === 'string');
    expect(batch?.records).toContainEqual(
      expect.objectContaining({ instanceId, workspaceId, tool: 'campaigns_get_all', calls: 1, errors: 0 }),
    );
    for (const secret of [dataPlaneSecret, token, accessToken]) expect(router.output()).not.toContain(secret);
  });

  it('refuses a token as soon as it hears that it is revoked, and closes what it holds open', async () => {
    await run();
    const router = await start();
    const stream = collect(await open(door(router, 'sse'), { token }));
    await stream.waitFor('endpoint');
    // The item stays, so only the change can tell.
    await platform.change({ kind: 'token-revoked', tokenId, instanceId });
    await stream.waitForEnd();
    expect((await post(door(router, 'mcp'), token, toolCall(1))).status).toBe(401);
  });

  it('wakes an instance that sleeps, and lets those who wait go on when it has come', async () => {
    await run('sleeping');
    const router = await start();
    const calls = [1, 2, 3].map((id) => post(door(router, 'mcp'), token, { ...initialize, id }));
    const told = await messagesUntil('manager', ({ kind }) => kind === 'wake');
    expect(told).toContainEqual({ kind: 'wake', instanceId });
    await platform.putInstance(instanceId, workspaceId, 'running');
    await putRoute(instance.address);
    for (const [index, call] of calls.entries()) {
      expect(JSON.parse((await call).text)).toMatchObject({ id: index + 1, result: {} });
    }
  });

  it('goes where a route leads now, not where it led before', async () => {
    await run();
    const router = await start();
    await post(door(router, 'mcp'), token, initialize);
    const successor = await startInstance(withSessions());
    await putRoute(successor.address);
    await expect
      .poll(async () => {
        await post(door(router, 'mcp'), token, initialize);
        return successor.presented.size;
      })
      .toBe(1);
    await stop(successor.server);
  });

  it('asks where an instance is when it is told that it is not where it was', async () => {
    await run();
    const router = await start();
    expect((await post(door(router, 'mcp'), token, initialize)).status).toBe(200);
    await platform.putInstance(instanceId, workspaceId, 'stopped');
    await platform.routes.remove(instanceId);
    await expect.poll(async () => (await post(door(router, 'mcp'), token, initialize)).status).toBe(503);
  });

  it('lets known tokens of known instances go on while the table is away, and refuses others', async () => {
    await run();
    const unknown = await platform.putToken(instanceId, workspaceId);
    const router = await start();
    expect((await post(door(router, 'mcp'), token, initialize)).status).toBe(200);
    platform.table.goAway();
    // Longer than what was looked up is taken for new.
    await new Promise((resolve) => setTimeout(resolve, 5_500));
    expect((await post(door(router, 'mcp'), token, initialize)).status).toBe(200);
    expect((await post(door(router, 'mcp'), unknown.token, initialize)).status).toBe(503);
    expect((await send(`${router.base}/readyz`)).status).toBe(200);
    platform.table.comeBack();
    await expect.poll(async () => (await post(door(router, 'mcp'), unknown.token, initialize)).status).toBe(200);
  });

  it('is alive, but not ready, while the table has never answered', async () => {
    platform.table.goAway();
    const router = await startRouterProcess(platform.environment);
    expect((await send(`${router.base}/healthz`)).status).toBe(200);
    expect((await send(`${router.base}/readyz`)).status).toBe(503);
    platform.table.comeBack();
    await expect.poll(async () => (await send(`${router.base}/readyz`)).status).toBe(200);
    expect((await send(`${router.metricsBase}/metrics`)).text).toMatch(/smartlead_mcp_router_changes_age_seconds [\d.]+\n/);
    expect((await send(`${router.base}/metrics`)).status).toBe(404);
  });

  it('reports a token that does not open, and refuses nobody for it', async () => {
    await platform.putInstance(instanceId, workspaceId, 'running');
    const other = await startRouterProcess({ ...platform.environment, DATA_PLANE_SECRET: 'another-secret-'.repeat(4) });
    await putRoute(instance.address);
    expect((await post(door(other, 'mcp'), token, toolCall(1))).status).toBe(503);
    await expect.poll(() => other.output()).toContain('RouteSealBrokenError');
    await expect.poll(() => other.output()).toContain('DATA_PLANE_SECRET');
  });

  it('ends in order when it is asked to: not ready, streams closed with a hint, exit code 0', async () => {
    await run();
    const router = await start({ DRAIN_SECONDS: '10' });
    const stream = collect(await open(door(router, 'sse'), { token }));
    await stream.waitFor('endpoint');
    router.terminate();
    // Or it has ended already.
    const status = async () => (await send(`${router.base}/readyz`).catch(() => ({ status: 'closed' }))).status;
    await expect.poll(status).not.toBe(200);
    await stream.waitForEnd();
    expect(stream.text).toMatch(/retry: \d+/);
    expect(stream.aborted).toBe(false);
    expect(await router.ended).toBe(0);
  });

  it('does not start with an environment that is not as it should be, and says which variable', async () => {
    const failure = await startRouterProcess({ ...platform.environment, TABLE_NAME: '' }).catch(String);
    expect(failure).toContain('ended with 1');
    expect(failure).toContain('TABLE_NAME');
  });

  describe.skipIf(!hasRedis)('of which there are several (skipped where redis-server is missing)', () => {
    let redis: RedisServer;
    let agent: Awaited<ReturnType<typeof listen>>;
    const taskArn = 'arn:aws:ecs:eu-central-1:111122223333:task/routers/one';
    beforeAll(async () => {
      redis = await startRedis();
      agent = await listen((request, response) => {
        const [, task] = request.url?.split('/') ?? [];
        const Containers = [{ Networks: [{ IPv4Addresses: ['127.0.0.1'] }] }];
        response.end(JSON.stringify({ TaskARN: taskArn.replace('one', task ?? ''), Containers }));
      });
    });
    afterAll(async () => {
      await stop(agent.server);
      await redis.kill();
    });

    const startTask = async (name: string) =>
      start({
        REDIS_URL: redis.url,
        HOP_PORT: String(await freePort()),
        ECS_CONTAINER_METADATA_URI_V4: `${agent.address}/${name}`,
      });

    it('hand a message to the one that holds the stream, at its own address and port', async () => {
      await run();
      const [one, two] = [await startTask('one'), await startTask('two')];
      const stream = collect(await open(door(one, 'sse'), { token }));
      await stream.waitFor('endpoint');
      const endpoint = new URL(/data: (\S+)/.exec(stream.text)?.[1] ?? '', one.base);
      expect((await post(door(two, 'messages') + endpoint.search, token, toolCall(7))).status).toBe(202);
      await stream.waitFor('"id":7');
    });

    it('end the one whose task is about to be stopped, before it gets a signal', async () => {
      const [one, two] = [await startTask('one'), await startTask('two')];
      await platform.change({ kind: 'router-stopping', taskArn });
      expect(await one.ended).toBe(0);
      expect((await send(`${two.base}/readyz`)).status).toBe(200);
    });

    it('are not ready while Redis has never answered', async () => {
      const router = await startRouterProcess({ ...platform.environment, REDIS_URL: 'redis://127.0.0.1:1' });
      await expect.poll(() => router.output()).toContain('Redis is away');
      expect((await send(`${router.base}/readyz`)).status).toBe(503);
    });
  });
});
