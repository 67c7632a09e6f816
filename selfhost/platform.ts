import { fileURLToPath } from 'node:url';
import { joinRouterNetwork } from '../container/router/redis/router-network.ts';
import type { Router } from '../container/router/router.ts';
import { MemoryAttemptLimiter } from '../functions/adapters/attempt-limiter.ts';
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
import { observeTogether } from '../functions/instance-manager/lifecycle-observer.ts';
import type { LifecyclePorts } from '../functions/instance-manager/lifecycle-ports.ts';
import { LocalWorkflow } from '../functions/instance-manager/local-workflow.ts';
import { RecurringJob } from '../functions/instance-manager/recurring-job.ts';
import { RolloutManager } from '../functions/instance-manager/rollout-manager.ts';
import { Supervisor } from '../functions/instance-manager/supervisor.ts';
import type { PlatformHealth } from '../functions/ports.ts';
import { announcingEnds } from './announcing-launcher.ts';
import { announcingRoutes } from './announcing-routes.ts';
import { describeCause } from './describe-cause.ts';
import type { Doors } from './http/front-door.ts';
import { servedNames } from './http/served-names.ts';
import { createWeb } from './http/web.ts';
import { openInstanceProcesses } from './instance-processes.ts';
import { createMonitoring } from './monitoring.ts';
import type { PlatformLog } from './platform-log.ts';
import { createPlatformRouter } from './platform-router.ts';
import type { Settings } from './settings.ts';
import { signInLimits } from './sign-in-limits.ts';
import type { Storage } from './storage.ts';
import { version } from './version.ts';
import { countWantedInstances } from './wanted-instances.ts';

const hourMilliseconds = 60 * 60 * 1000;
const awayWarning = 'The Redis of REDIS_URL does not answer; this router works alone until it does. The log says why.';

export interface SingleMachinePlatform {
  /** What the operator should see at once, at the start. */
  warnings: readonly string[];
  doors: Doors;
  /** Brings back the instances that should run. Need not be waited for. */
  bringBack(): Promise<void>;
  /** Compares everything that exists with everything that should. */
  health: PlatformHealth;
  /** How many instances should run. */
  countWanted(): Promise<number>;
  /** Ends the router's streams and calls, which get so many seconds, and all instances; the storage is still open after it. */
  stop(drainSeconds: number): Promise<void>;
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

  const { dataDir, warmPoolSize } = settings;
  const { versions, launcher, warm } = await openInstanceProcesses({ dataDir, warmPoolSize, clock, log });

  // The router is made later, from ports that are ready now.
  const routes = announcingRoutes(new MemoryRouteTable(), {
    came: (instanceId) => router.instanceCame(instanceId),
    removed: (instanceId) => router.routeRemoved(instanceId),
  });
  const report: LifecyclePorts['report'] = ({ message, instanceId, cause }) =>
    log.error(message, { instanceId, cause: describeCause(cause) });
  const network =
    settings.redisUrl === undefined
      ? undefined
      : await joinRouterNetwork({
          redisUrl: settings.redisUrl,
          key: storage.sessionKey,
          reportError: (error) => log.warn('Redis is away.', { cause: describeCause(error) }),
        });
  const activity = {
    read: async (instanceId: string) => (network === undefined ? router.activity(instanceId) : network.activity(instanceId)),
  };
  const rollouts = new RolloutManager(
    {
      clock,
      instances: stores.instances,
      rollouts: stores.rollouts,
      versions,
      activity,
      report,
      relaunch: (instanceId, reason) => supervisor.relaunch(instanceId, reason),
    },
    { observeSeconds: settings.rolloutObserveSeconds },
  );
  await rollouts.prepare();
  const monitoring = createMonitoring({
    settings,
    storage,
    clock,
    launcher,
    activity,
    report,
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
    runner,
    logs: stores.instanceLogs,
    logFeed,
    observer: observeTogether(rollouts, monitoring.observer),
    inventory: stores.inventory,
    leftovers: { list: () => launcher.listLeftovers(), end: () => launcher.endLeftovers() },
    processReader: new HttpInstanceMetrics(),
    ...(warm === undefined ? {} : { warmPool: { pool: warm.pool, processes: launcher.warmProcesses } }),
  });

  const router: Router = createPlatformRouter({ settings, storage, clock, routes, supervisor, network, log });
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
      attempts: signInLimits(),
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

  const expiry = new RecurringJob(hourMilliseconds, async () => {
    try {
      await deleteExpiredRows(database, clock.now().toISOString());
    } catch (error) {
      log.warn('Expired rows could not be deleted; tried again in an hour.', { cause: describeCause(error) });
    }
  });

  return {
    warnings: network?.isReady === false ? [awayWarning] : [],
    doors: {
      mcp: (request, response) => router.handle(request, response),
      web: createWeb({
        api: createApiHandler(platform),
        dashboardFolder: fileURLToPath(new URL('../dashboard', import.meta.url)),
        servedNames: servedNames(settings),
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
        reportError: (error) => log.error('A page could not be served.', { cause: describeCause(error) }),
      }),
    },
    health: supervisor.audit,
    bringBack: async () => {
      expiry.start();
      monitoring.start();
      await supervisor.start();
      warm?.keeper.start();
      rollouts.resume();
      await runner.prepare();
    },
    countWanted: () => countWantedInstances(stores.instances),
    stop: async (drainSeconds) => {
      await Promise.all([router.close({ deadlineMs: drainSeconds * 1000 }), expiry.stop()]);
      await network?.leave();
      await Promise.all([rollouts.stop(), supervisor.stop(), warm?.keeper.stop(), launcher.warmProcesses.close()]);
      await monitoring.stop();
    },
  };
}
