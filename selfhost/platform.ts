import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRouter, type Router } from '../container/router/router.ts';
import { MemoryAttemptLimiter } from '../functions/adapters/attempt-limiter.ts';
import { BundleVersions } from '../functions/adapters/child-process/instance-versions.ts';
import { ChildProcessLauncher } from '../functions/adapters/child-process/launcher.ts';
import { HttpInstanceMetrics } from '../functions/adapters/http-instance-metrics.ts';
import { createLocalAccessTokens } from '../functions/adapters/local-accounts/access-tokens.ts';
import { Argon2PasswordHasher } from '../functions/adapters/local-accounts/password-hasher.ts';
import { createSigningKey } from '../functions/adapters/local-accounts/signing-key.ts';
import { McpHealthProbe } from '../functions/adapters/mcp-health-probe.ts';
import { MemoryLogFeed } from '../functions/adapters/memory/log-feed.ts';
import { MemoryRouteTable } from '../functions/adapters/memory/route-table.ts';
import { MemorySecretStore } from '../functions/adapters/memory/secret-store.ts';
import { deleteExpiredRows } from '../functions/adapters/postgres/expired-rows.ts';
import { PostgresSigningKeyStore } from '../functions/adapters/postgres/signing-key-store.ts';
import { SmartleadCategoriesKeyChecker } from '../functions/adapters/smartlead-key-checker.ts';
import { bearerTokenAuthenticator } from '../functions/api/authenticators/bearer-token.ts';
import type { Platform } from '../functions/api/platform.ts';
import { createApiHandler } from '../functions/api/resources.ts';
import { ClientConnections } from '../functions/instance-manager/client-connections.ts';
import { observeTogether } from '../functions/instance-manager/lifecycle-observer.ts';
import type { LifecyclePorts } from '../functions/instance-manager/lifecycle-ports.ts';
import { LocalWorkflow } from '../functions/instance-manager/local-workflow.ts';
import { RecurringJob } from '../functions/instance-manager/recurring-job.ts';
import { RolloutManager } from '../functions/instance-manager/rollout-manager.ts';
import { Supervisor } from '../functions/instance-manager/supervisor.ts';
import type { Launcher, PlatformHealth, RouteTable } from '../functions/ports.ts';
import type { Doors } from './http/front-door.ts';
import { createWeb } from './http/web.ts';
import { mcpEdge } from './mcp-edge.ts';
import { createMonitoring } from './monitoring.ts';
import type { PlatformLog } from './platform-log.ts';
import { joinRouterNetwork } from './router-network.ts';
import type { Settings } from './settings.ts';
import type { Storage } from './storage.ts';
import { version } from './version.ts';

const quarterHour = 15 * 60;
const hour = 60 * 60;

export interface SingleMachinePlatform {
  doors: Doors;
  /** Brings back the instances that should run. Need not be waited for. */
  bringBack(): Promise<void>;
  /** Compares everything that exists with everything that should. */
  health: PlatformHealth;
  /** How many instances should run. */
  countWanted(): Promise<number>;
  /** Ends the router's streams and all instances; the storage is still open after it. */
  stop(): Promise<void>;
}

/** The composition root of scale `single`: chooses an adapter for every port, all in this process and on this machine. */
export async function composeSingleMachine(
  settings: Settings & { publicUrl: string },
  storage: Storage,
  log: PlatformLog,
): Promise<SingleMachinePlatform> {
  const clock = { now: () => new Date() };
  const { stores, database, sealer } = storage;
  const signingKey = await new PostgresSigningKeyStore(database, sealer).loadOrCreate(createSigningKey);
  const accessTokens = await createLocalAccessTokens({ signingKey, accounts: stores.accounts, clock });
  const smartleadKeyChecker = new SmartleadCategoriesKeyChecker(settings.smartleadHosts);
  const logFeed = new MemoryLogFeed();

  const releaseFolder = fileURLToPath(new URL('../instance', import.meta.url));
  const versions = new BundleVersions({ releaseFolder, folder: join(settings.dataDir, 'instance-versions') });
  await versions.open();
  const launcher = new ChildProcessLauncher({
    nodePath: process.execPath,
    bundleFolder: releaseFolder,
    bundleFolderOf: (version) => versions.folderOf(version),
    stateFolder: join(settings.dataDir, 'instances'),
  });
  const swept = await launcher.sweepLeftovers();
  if (swept.length > 0) log.warn('Processes of a killed run were ended.', { instances: swept.join(' ') });

  // The router is made later, from ports that are ready now.
  const routes = announcingRoutes(new MemoryRouteTable(), {
    came: (instanceId) => router.instanceCame(instanceId),
    removed: (instanceId) => router.routeRemoved(instanceId),
  });
  const report: LifecyclePorts['report'] = ({ message, instanceId, cause }) =>
    log.error(message, { instanceId, cause: describe(cause) });
  const network =
    settings.redisUrl === undefined
      ? undefined
      : await joinRouterNetwork(settings.redisUrl, (error) => log.warn('Redis is away.', { cause: describe(error) }));
  const activity = {
    read: async (instanceId: string) => (network === undefined ? router.activity(instanceId) : network.activity(instanceId)),
  };
  const rollouts = new RolloutManager(
    {
      ...{ clock, instances: stores.instances, rollouts: stores.rollouts, versions, activity, report },
      relaunch: (instanceId) => supervisor.relaunch(instanceId),
    },
    { observeSeconds: settings.rolloutObserveSeconds },
  );
  await rollouts.prepare();
  const monitoring = createMonitoring({
    ...{ settings, storage, clock, launcher, activity, report },
    router: () => router.metrics(),
  });
  const lifecyclePorts: LifecyclePorts = {
    clock,
    instances: stores.instances,
    tokens: stores.instanceTokens,
    keys: stores.keys,
    secrets: stores.secrets,
    accessTokens: new MemorySecretStore(),
    keyChecker: smartleadKeyChecker,
    events: monitoring.events,
    routes,
    launcher: announcingEnds(launcher, {
      ending: (instanceId) => monitoring.ending(instanceId),
      ended: (instanceId) => router.instanceGone(instanceId),
    }),
    probe: new McpHealthProbe(),
    activity,
    versionFor: (instanceId) => rollouts.versionFor(instanceId),
    settings: {
      smartleadHosts: settings.smartleadHosts,
      ...(settings.smartleadRateLimit === undefined ? {} : { rateLimit: settings.smartleadRateLimit }),
    },
    report,
  };
  const runner = new LocalWorkflow({ ports: lifecyclePorts });
  const supervisor = new Supervisor({
    ...lifecyclePorts,
    ...{
      runner,
      logs: stores.instanceLogs,
      logFeed,
      observer: observeTogether(rollouts, monitoring.observer),
      inventory: stores.inventory,
    },
    leftovers: { list: () => launcher.listLeftovers(), end: () => launcher.endLeftovers() },
    processReader: new HttpInstanceMetrics(),
  });

  const connections = new ClientConnections({ instances: stores.instances, events: stores.instanceEvents, clock });
  const router: Router = createRouter({
    tokens: stores.instanceTokens,
    routes,
    instances: {
      describe: async (instanceId) => {
        const instance = await stores.instances.findById(instanceId);
        return instance?.desiredState === 'deleted' ? undefined : instance;
      },
    },
    usage: stores.usage,
    events: {
      clientConnected: (connection) => connections.connected(connection),
      tokenUsed: (tokenId, at) => stores.instanceTokens.touch(tokenId, at),
      instanceFailed: ({ instanceId, address }) => supervisor.suspect(instanceId, address),
    },
    waker: { wake: (instanceId) => void supervisor.wake(instanceId) },
    sessionKey: storage.sessionKey,
    ...mcpEdge(settings),
    ...network?.options,
    // The database is near: counts may reach the dashboard sooner than they would on AWS.
    timing: { usageFlushMs: 2_000 },
    reportError: (error, requestId) => log.error('The router failed.', { requestId, cause: describe(error) }),
  });
  await network?.join(router);
  const platform: Platform = {
    clock,
    logger: log,
    publicUrl: settings.publicUrl,
    settings: { scale: 'single', sandbox: settings.sandbox, signUpsOpen: settings.signUpsOpen, version },
    authenticator: bearerTokenAuthenticator(accessTokens),
    accounts: stores.accounts,
    localSignIn: {
      refreshSessions: stores.refreshSessions,
      passwordHasher: new Argon2PasswordHasher(),
      accessTokens,
      attempts: {
        signInByAccount: new MemoryAttemptLimiter({ attempts: 10, windowSeconds: quarterHour }),
        signInByAccountFromEverywhere: new MemoryAttemptLimiter({ attempts: 100, windowSeconds: quarterHour }),
        signInByAddress: new MemoryAttemptLimiter({ attempts: 100, windowSeconds: quarterHour }),
        signUpByAddress: new MemoryAttemptLimiter({ attempts: 200, windowSeconds: hour }),
      },
    },
    // Far above what a dashboard or a script in its right mind asks for.
    requestLimiter: new MemoryAttemptLimiter({ attempts: 12_000, windowSeconds: 60 }),
    keyCheckLimiter: new MemoryAttemptLimiter({ attempts: 100, windowSeconds: 10 * 60 }),
    keys: stores.keys,
    secrets: stores.secrets,
    smartleadKeyChecker,
    instances: stores.instances,
    instanceTokens: stores.instanceTokens,
    instanceEvents: stores.instanceEvents,
    instanceLogs: stores.instanceLogs,
    instanceLogFeed: logFeed,
    instanceMetrics: new HttpInstanceMetrics(),
    ...monitoring.parts,
    lifecycle: runner,
    rollouts,
    tokenRevoked: async (tokenId) => router.revokeToken(tokenId),
    audit: stores.audit,
    usage: stores.usage,
    idempotency: stores.idempotency,
    health: supervisor.audit,
  };

  const expiry = new RecurringJob(hour * 1000, async () => {
    try {
      await deleteExpiredRows(database, clock.now().toISOString());
    } catch (error) {
      log.warn('Expired rows could not be deleted; tried again in an hour.', { cause: describe(error) });
    }
  });

  return {
    doors: {
      mcp: (request, response) => router.handle(request, response),
      web: createWeb({
        api: createApiHandler(platform),
        dashboardFolder: fileURLToPath(new URL('../dashboard', import.meta.url)),
        trustedProxies: settings.trustedProxies,
        ready: async () => {
          try {
            await stores.accounts.hasAccounts();
            return true;
          } catch {
            return false;
          }
        },
        metrics: () => monitoring.metrics(),
        metricsToken: settings.metricsToken,
        reportError: (error) => log.error('A page could not be served.', { cause: describe(error) }),
      }),
    },
    health: supervisor.audit,
    bringBack: async () => {
      expiry.start();
      monitoring.start();
      await supervisor.start();
      rollouts.resume();
      await runner.prepare();
    },
    countWanted: async () => {
      let count = 0;
      let cursor: string | undefined;
      do {
        const page = await stores.instances.listAll({ limit: 500, cursor });
        count += page.items.filter((instance) => instance.desiredState === 'running').length;
        cursor = page.nextCursor ?? undefined;
      } while (cursor !== undefined);
      return count;
    },
    stop: async () => {
      await Promise.all([router.close({ deadlineMs: settings.drainSeconds * 1000 }), expiry.stop()]);
      await network?.leave();
      await Promise.all([rollouts.stop(), supervisor.stop()]);
    },
  };
}

/**
 * The same launcher, but an instance that is about to be ended is announced, and the router hears of every one that has ended: not
 * before it has finished its calls.
 */
function announcingEnds(
  launcher: Launcher,
  { ending, ended }: { ending(instanceId: string): Promise<void>; ended(instanceId: string): void },
): Launcher {
  launcher.onExit(({ instanceId, replica = 0 }) => {
    // The others serve on without a replica: the router notices by itself that it is gone.
    if (replica === 0) ended(instanceId);
  });
  return {
    launch: (request) => launcher.launch(request),
    stop: async (...parameters) => {
      await ending(parameters[0]);
      await launcher.stop(...parameters);
      ended(parameters[0]);
    },
    stopReplica: (...parameters) => launcher.stopReplica(...parameters),
    list: () => launcher.list(),
    onExit: (listener) => launcher.onExit(listener),
    onLog: (listener) => launcher.onLog(listener),
  };
}

/** The same table of routes, but the router hears of every change at once instead of at its next look. */
function announcingRoutes(
  routes: RouteTable,
  router: { came(instanceId: string): void; removed(instanceId: string): void },
): RouteTable {
  return {
    set: async (route) => {
      await routes.set(route);
      router.came(route.instanceId);
    },
    get: (instanceId) => routes.get(instanceId),
    remove: async (instanceId) => {
      await routes.remove(instanceId);
      router.removed(instanceId);
    },
    list: () => routes.list(),
  };
}

function describe(cause: unknown): string {
  return cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
}
