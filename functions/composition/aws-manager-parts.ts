import { DynamoChangeFeed } from '../adapters/dynamodb/change-feed.ts';
import { DynamoResourceInventory, type SecretInventory } from '../adapters/dynamodb/resource-inventory.ts';
import { DynamoSealedSecretStore } from '../adapters/dynamodb/sealed-secret-store.ts';
import { createDynamoStores } from '../adapters/dynamodb/stores.ts';
import { type FargateTimes, usualTimes } from '../adapters/fargate/settings.ts';
import { parseTaskEvent } from '../adapters/fargate/task-events.ts';
import { RedisInstanceActivity } from '../adapters/redis/instance-activity.ts';
import { createStepFunctionsClient, StepFunctionsExecutions } from '../adapters/step-functions/executions.ts';
import { stoppingTask, type TaskChange } from '../events/manager-message.ts';
import { KeyArchive } from '../instance-manager/key-archive.ts';
import type { ReportIncident } from '../instance-manager/lifecycle-ports.ts';
import { OrphanConfirmation } from '../instance-manager/orphan-confirmation.ts';
import type { WarmPoolKeeper } from '../instance-manager/warm-pool-keeper.ts';
import type {
  InstanceActivityReader,
  InstanceVersions,
  Launcher,
  LifecycleExecutions,
  MailSender,
  SecretStore,
  WarmPool,
  WarmProcessStarter,
} from '../ports.ts';
import type { ManagerEnvironment } from './aws-environment.ts';
import { createAwsLauncher } from './aws-launcher.ts';
import { createAwsMail } from './aws-mail.ts';
import { sealRenewalChores } from './aws-seal-renewal.ts';
import { sealersOf } from './aws-sealers.ts';
import { createAwsSecrets } from './aws-secrets.ts';
import { platformTable } from './aws-table.ts';
import { createAwsWarmPool } from './aws-warm-pool.ts';

const second = 1000;
const hour = 60 * 60 * second;

/** What the manager needs of AWS beside the table and its queue. */
export interface AwsManagerParts {
  launcher: Launcher;
  /** How long the launcher may take to bring up one instance, and how old its list of all of them may be. In milliseconds. */
  launcherTimes: Pick<FargateTimes, 'launchDeadline' | 'listAge'>;
  /** Takes what ECS tells of a task, an instance's or a router's; may be told twice, and late. */
  taskChanged(event: TaskChange): Promise<void>;
  executions: LifecycleExecutions;
  /** Customers' Smartlead keys. */
  secrets: SecretStore & SecretInventory;
  accessTokens: SecretStore;
  versions: InstanceVersions;
  activity: InstanceActivityReader & { close(): Promise<void> };
  /** `null` where no address to send from is set up. */
  mail: MailSender | null;
  /** Absent where no warm processes are kept. */
  warmPool?: { pool: WarmPool; processes: WarmProcessStarter; keeper: Pick<WarmPoolKeeper, 'start' | 'stop'> };
  /** What an operator has confirmed of tasks and keys that belong to nothing, for whoever ends them. */
  orphanConfirmation: OrphanConfirmation;
  /** What has to be done now and then beside all this, such as archiving the keys of who has been asleep for long. */
  chores?: readonly { everyMilliseconds: number | (() => number); work(): Promise<unknown> }[];
}

/**
 * What runs is looked at all the time, and a list of it costs two requests for every hundred tasks. Whoever acts on it looks at the one
 * task again.
 */
const managerTimes: Partial<FargateTimes> = { listAge: 30 * second };

/** What differs from AWS where everything happens faster. */
export interface AwsManagerTuning {
  launcher?: Partial<FargateTimes>;
  /** Between two looks at the warm pool that nobody asked for. */
  warmPoolMilliseconds?: number;
}

/** The parts, as the environment names what they work with. */
export function awsManagerParts(
  environment: ManagerEnvironment,
  report: ReportIncident,
  tuning: AwsManagerTuning = {},
): AwsManagerParts {
  const times = { ...managerTimes, ...tuning.launcher };
  const clock = { now: () => new Date() };
  const orphanConfirmation = new OrphanConfirmation(clock);
  const table = platformTable(environment);
  const stores = createDynamoStores(table);
  const secrets = createAwsSecrets(environment, table);
  const inventory = new DynamoResourceInventory(table, secrets);
  const keyArchive = new KeyArchive({
    ...{ instances: stores.instances, secrets, clock, report },
    listKeySecrets: () => inventory.listKeySecrets(),
  });
  const warmPool = createAwsWarmPool(
    environment,
    { table, clock, rollouts: stores.rollouts, report },
    tuning.warmPoolMilliseconds,
  );
  const { launcher, versions } = createAwsLauncher(environment, {
    ...{ table, clock, keySecrets: secrets, report, times },
    dataPlaneSecret: async () => environment.DATA_PLANE_SECRET,
    ...(warmPool === undefined ? {} : { warmPool: warmPool.forLaunches }),
  });
  const changes = new DynamoChangeFeed(table);
  return {
    ...{ launcher, versions, secrets, orphanConfirmation },
    launcherTimes: { ...usualTimes, ...times },
    accessTokens: new DynamoSealedSecretStore(table, sealersOf(environment.DATA_PLANE_SECRET).dataPlane),
    taskChanged: async (event) => {
      const news = parseTaskEvent(event);
      if (news !== undefined) {
        // It was started without a customer, and may wait for one now.
        if (news.origin.place === undefined) warmPool?.forLaunches.changed?.();
        return launcher.takeEvent(news);
      }
      // The rules of `infra/` let through tasks of two clusters: what is no instance's is a router's.
      const taskArn = stoppingTask(event, environment.CLUSTER);
      if (taskArn !== undefined) await changes.append({ kind: 'router-stopping', taskArn });
    },
    ...(warmPool === undefined ? {} : { warmPool: warmPool.keptBy(launcher.warmTasks, versions, orphanConfirmation) }),
    mail: createAwsMail(environment.MAIL_FROM, table, clock),
    chores: [
      { everyMilliseconds: hour, work: () => keyArchive.run() },
      ...sealRenewalChores(table, environment.DATA_PLANE_SECRET, report),
    ],
    executions: new StepFunctionsExecutions(createStepFunctionsClient(), environment.LIFECYCLE_ARN),
    activity: RedisInstanceActivity.open({
      url: urlWithPassword(environment.REDIS_URL, environment.REDIS_PASSWORD),
      reportError: (cause) => report({ message: 'What routers know of instances cannot be read.', cause }),
    }),
  };
}

function urlWithPassword(url: string, password: string | undefined): string {
  if (password === undefined) return url;
  const withPassword = new URL(url);
  withPassword.password = encodeURIComponent(password);
  return withPassword.href;
}
