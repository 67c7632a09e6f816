import { setTimeout as pause } from 'node:timers/promises';
import { dataPlaneKeys } from '../../core/data-plane-keys.ts';
import type { KeyRing } from '../../core/key-ring.ts';
import { applyChange } from './aws/apply-change.ts';
import { ChangeFeed } from './aws/change-feed.ts';
import { connectToAws } from './aws/connect.ts';
import { LoadMetrics } from './aws/load-metrics.ts';
import { readOwnTask } from './aws/task.ts';
import { awsTiming } from './aws/timing.ts';
import type { RouterEnvironment } from './environment.ts';
import { describeCause, type JsonLog } from './json-log.ts';
import { closeServer, createFrontServer, createMetricsServer, listenOn } from './listeners.ts';
import { joinRouterNetwork, type RouterNetwork } from './redis/router-network.ts';
import { createRouter } from './router.ts';

export interface StartedRouter {
  port: number;
  metricsPort: number;
  /** Lets clients end what they have open for so many milliseconds, and ends everything. */
  stop(drainMs: number): Promise<void>;
}

export interface StartOptions {
  log: JsonLog;
  /** Takes lines for CloudWatch. */
  write(line: string): void;
  /** Told where the platform is about to stop this router's task. */
  stopping(): void;
}

/** Part of the time to end in that passes first: the load balancer goes on sending for some moments after it was told not to. */
const lastRequestsShare = 0.05;

/** The composition root of the router at scale `saas`. */
export async function startRouter(environment: RouterEnvironment, options: StartOptions): Promise<StartedRouter> {
  const { log, write } = options;
  const report = (message: string) => (error: unknown) => log.warn(message, { cause: describeCause(error) });
  const keys = dataPlaneKeys(environment.dataPlaneSecret);
  const task = await readOwnTask(environment.taskMetadataUri);
  const aws = connectToAws({ ...environment, sealingKeys: keys.sealing });
  const network = await joinNetwork(environment, keys.session, task?.address, report('Redis is away; this router works alone.'));

  const router = createRouter({
    ...aws.ports,
    ...network?.options,
    sessionKey: keys.session.current,
    otherSessionKeys: keys.session.others,
    allowedOrigins: environment.allowedOrigins,
    ownOrigins: [environment.publicOrigin],
    timing: awsTiming,
    reportError: (error, requestId) => log.error('The router failed.', { requestId, cause: describeCause(error) }),
  });
  await network?.join(router);

  const feed = new ChangeFeed({
    table: aws.table,
    onChange: (change) => applyChange(change, { router, taskArn: task?.arn, stopping: options.stopping }),
    onGap: () => {
      log.warn('Changes may have been missed; everything is looked up anew.');
      router.forgetLookUps();
    },
    reportError: report('The change feed failed; it is tried again every second.'),
  });
  feed.start();

  let isStopping = false;
  let hasMetRedis = network === undefined;
  const isReady = () => {
    hasMetRedis ||= network?.isReady === true;
    return !isStopping && hasMetRedis && feed.hasAnswered;
  };
  const front = createFrontServer({ isReady, doors: (request, response) => router.handle(request, response) });
  const metrics = createMetricsServer(() => router.metrics() + changesAge(feed));
  const port = await listenOn(front, environment.host, environment.port);
  const metricsPort = await listenOn(metrics, environment.host, environment.metricsPort);
  const load = new LoadMetrics(environment.stage, () => router.load(), write);

  return {
    port,
    metricsPort,
    stop: async (drainMs) => {
      isStopping = true;
      await pause(drainMs * lastRequestsShare);
      await router.close({ deadlineMs: drainMs * (1 - lastRequestsShare) });
      await feed.stop();
      await network?.leave();
      load.stop();
      await Promise.all([closeServer(front), closeServer(metrics)]);
      aws.close();
    },
  };
}

/** @param address Where the other routers reach this one; absent outside of ECS, where all are on this machine. */
async function joinNetwork(
  { redisUrl, hopPort }: Pick<RouterEnvironment, 'redisUrl' | 'hopPort'>,
  keys: KeyRing<Buffer>,
  address: string | undefined,
  reportError: (error: unknown) => void,
): Promise<RouterNetwork | undefined> {
  if (redisUrl === undefined) return undefined;
  const { current: key, others: otherKeys } = keys;
  return joinRouterNetwork({
    redisUrl,
    key,
    otherKeys,
    reportError,
    ...(address === undefined ? {} : { host: address, port: hopPort }),
  });
}

function changesAge({ ageMs }: ChangeFeed): string {
  const name = 'smartlead_mcp_router_changes_age_seconds';
  const help = 'How long ago the changes that the control plane writes were read.';
  return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${name} ${ageMs / 1_000}\n`;
}
