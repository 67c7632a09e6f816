import { DynamoAlertStore } from '../adapters/dynamodb/alert-store.ts';
import { DynamoHealthReportStore } from '../adapters/dynamodb/health-report-store.ts';
import { DynamoOperationQueue } from '../adapters/dynamodb/operation-queue.ts';
import { DynamoResourceInventory } from '../adapters/dynamodb/resource-inventory.ts';
import { DynamoRouteTable } from '../adapters/dynamodb/route-table.ts';
import { createDynamoStores } from '../adapters/dynamodb/stores.ts';
import { HttpInstanceMetrics } from '../adapters/http-instance-metrics.ts';
import { McpHealthProbe } from '../adapters/mcp-health-probe.ts';
import { MemoryLogFeed } from '../adapters/memory/log-feed.ts';
import { SmartleadCategoriesKeyChecker } from '../adapters/smartlead-key-checker.ts';
import { createQueueClient } from '../adapters/sqs/client.ts';
import { QueueConsumer } from '../adapters/sqs/queue-consumer.ts';
import type { Logger } from '../api/platform.ts';
import { ManagerInbox } from '../events/manager-inbox.ts';
import { ClientConnections } from '../instance-manager/client-connections.ts';
import { everyInstance } from '../instance-manager/every-instance.ts';
import { observeTogether } from '../instance-manager/lifecycle-observer.ts';
import type { LifecyclePorts } from '../instance-manager/lifecycle-ports.ts';
import { mergeOperations } from '../instance-manager/operation-request.ts';
import { QueuedRunner } from '../instance-manager/queued-runner.ts';
import { RecurringJob } from '../instance-manager/recurring-job.ts';
import { reportToStore } from '../instance-manager/reported-health.ts';
import { RolloutManager } from '../instance-manager/rollout-manager.ts';
import { Supervisor } from '../instance-manager/supervisor.ts';
import { ManagerMetrics } from '../instance-manager-service/manager-metrics.ts';
import type { Instance } from '../ports.ts';
import { type ManagerEnvironment, smartleadHostsOf } from './aws-environment.ts';
import type { AwsManagerParts } from './aws-manager-parts.ts';
import { createAwsMonitoring } from './aws-monitoring.ts';
import { sealersOf } from './aws-sealers.ts';
import { platformTable } from './aws-table.ts';
import { reportToLog } from './report-incident.ts';

const second = 1_000;
const minute = 60 * second;
/** How long messages under way may take when the manager stops; ECS waits for two minutes in all. */
const drainMilliseconds = 20 * second;
/** Of an upgrade beside the launch itself: its turn, the tasks before and after, the first answer. */
const upgradeSlack = minute;

export interface AwsManagerOptions {
  /** Names this process for what it holds in the table. */
  holder: string;
  logger: Logger;
  /** Takes lines in the embedded metric format. */
  write?(line: string): void;
}

/**
 * The composition root of the manager of instances: the same supervisor, rollouts and alerts as on one machine, over the table, the queue
 * and the cluster. To be made and started by the one process that has the lease.
 */
export function createAwsManager(environment: ManagerEnvironment, parts: AwsManagerParts, options: AwsManagerOptions) {
  const { launcher, launcherTimes, executions, activity, versions, warmPool, orphanConfirmation, chores = [] } = parts;
  const { holder, logger, write = (line: string) => void process.stdout.write(line) } = options;
  const clock = { now: () => new Date() };
  const report = reportToLog(logger);
  const table = platformTable(environment);
  const stores = createDynamoStores(table);
  const sealers = sealersOf(environment.DATA_PLANE_SECRET);
  const smartleadHosts = smartleadHostsOf(environment);
  const metrics = new ManagerMetrics({ stage: environment.STAGE, write, now: Date.now });
  const monitoring = createAwsMonitoring({
    ...{ clock, launcher, activity, report, mail: parts.mail },
    ...{ instances: stores.instances, instanceEvents: stores.instanceEvents, usage: stores.usage, quotaUse: stores.quotaUse },
    metricHistory: stores.instanceMetrics,
    alerts: new DynamoAlertStore(table, sealers.records),
    dashboardUrl: environment.DASHBOARD_URL ?? environment.PUBLIC_URL,
  });
  const rollouts = new RolloutManager(
    {
      ...{ clock, versions, activity, report, instances: stores.instances, rollouts: stores.rollouts },
      relaunch: (instanceId, reason) => supervisor.relaunch(instanceId, reason),
    },
    { patienceMilliseconds: launcherTimes.launchDeadline + upgradeSlack },
  );
  const lifecyclePorts: LifecyclePorts = {
    ...{ clock, launcher, activity, report, events: monitoring.events },
    instances: stores.instances,
    tokens: stores.instanceTokens,
    keys: stores.keys,
    secrets: parts.secrets,
    accessTokens: parts.accessTokens,
    keyChecker: new SmartleadCategoriesKeyChecker(smartleadHosts),
    routes: new DynamoRouteTable(table, sealers.dataPlane),
    probe: new McpHealthProbe(),
    versionFor: (instanceId) => rollouts.versionFor(instanceId),
    settings: { smartleadHosts },
  };
  const queue = new DynamoOperationQueue(table, { merge: mergeOperations, clock });
  const runner = new QueuedRunner({ ...lifecyclePorts, queue, executions }, { holder });
  const supervisor: Supervisor = new Supervisor(
    {
      ...lifecyclePorts,
      runner,
      logs: stores.instanceLogs,
      // Lines of instances do not pass through the manager.
      logFeed: new MemoryLogFeed(),
      inventory: new DynamoResourceInventory(table, parts.secrets),
      processReader: new HttpInstanceMetrics(),
      observer: observeTogether(rollouts, monitoring.observer, metrics),
      orphanConfirmation,
      ...(warmPool === undefined ? {} : { warmPool }),
    },
    {
      instancesOutlivePlatform: true,
      // The queue asks every minute; this is for where it is away.
      intervalMilliseconds: 5 * minute,
      auditPauseMilliseconds: launcherTimes.listAge + 250,
      // What runs is known by a list that may be as old.
      idle: { rememberMilliseconds: launcherTimes.listAge },
    },
  );
  const reports = new DynamoHealthReportStore(table);
  const sweep = async (): Promise<void> => {
    try {
      await runner.sweep();
    } catch (cause) {
      report({ message: 'The operations under way could not be looked at; tried again shortly.', cause });
    }
  };
  const reconcile = async (): Promise<void> => {
    await rollouts.lookForBegun();
    const began = performance.now();
    await sweep();
    await supervisor.reconcile();
    metrics.reconciled(performance.now() - began);
    inspectLater();
  };
  const inspect = async (): Promise<void> => {
    try {
      const found = await supervisor.audit.check();
      await reports.put(reportToStore(found));
      metrics.checked(found);
      const statuses: Instance['status'][] = [];
      for await (const { status } of everyInstance(stores.instances)) statuses.push(status);
      metrics.counted(statuses);
    } catch (cause) {
      report({ message: 'How the installation is could not be found out, or not be told.', cause });
    }
  };
  let inspecting: Promise<void> | undefined;
  /** One at a time: where something seems wrong it looks for a while. */
  const inspectLater = (): void => {
    inspecting ??= inspect().finally(() => {
      inspecting = undefined;
    });
  };
  const guarded = async (work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
    } catch (cause) {
      report({ message: 'A chore of the manager failed; it is done again at its next turn.', cause });
    }
  };
  const jobs = [
    new RecurringJob(10 * second, sweep),
    new RecurringJob(minute, async () => metrics.flush()),
    ...chores.map(({ everyMilliseconds, work }) => new RecurringJob(everyMilliseconds, () => guarded(work))),
  ];
  const inbox = new ManagerInbox({
    ...{ supervisor, runner, executions, reconcile },
    connections: new ClientConnections({ instances: stores.instances, events: monitoring.events, clock }),
    tokens: stores.instanceTokens,
    ...{ rollouts, orphanConfirmation },
    taskChanged: (event) => parts.taskChanged(event),
  });
  const consumer = new QueueConsumer({
    client: createQueueClient(),
    queueUrl: environment.MANAGER_QUEUE_URL,
    handle: (body) => inbox.take(body),
    report,
  });
  return {
    /** Begins to work. Resolves when everything was looked at once. */
    async start(): Promise<void> {
      // What the manager before has held is freed first, and nobody is launched before it is known with which version.
      await sweep();
      await versions.installRelease();
      await rollouts.prepare();
      consumer.start();
      for (const job of jobs) job.start();
      monitoring.start();
      warmPool?.keeper.start();
      await supervisor.start();
      rollouts.resume();
      inspectLater();
      await inspecting;
    },
    /** Ends in order what is under way. Instances, and operations on them, go on. */
    async stop(): Promise<void> {
      await consumer.stop(drainMilliseconds);
      await Promise.all([...jobs.map((job) => job.stop()), warmPool?.keeper.stop(), rollouts.stop(), supervisor.stop()]);
      await monitoring.stop();
      metrics.flush();
      await activity.close();
    },
  };
}
