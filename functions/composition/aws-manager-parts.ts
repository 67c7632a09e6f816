import { DynamoInstalledImageStore } from '../adapters/dynamodb/installed-image-store.ts';
import type { SecretInventory } from '../adapters/dynamodb/resource-inventory.ts';
import { createDynamoStores } from '../adapters/dynamodb/stores.ts';
import { FargateInstanceVersions } from '../adapters/fargate/instance-versions.ts';
import { RedisInstanceActivity } from '../adapters/redis/instance-activity.ts';
import { createStepFunctionsClient, StepFunctionsExecutions } from '../adapters/step-functions/executions.ts';
import type { TaskChange } from '../events/manager-message.ts';
import { KeyArchive } from '../instance-manager/key-archive.ts';
import type { ReportIncident } from '../instance-manager/lifecycle-ports.ts';
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
import { createAwsMail } from './aws-mail.ts';
import { createAwsSecrets } from './aws-secrets.ts';
import { platformTable } from './aws-table.ts';
import { managerPartsNotYetOnAws } from './not-yet-on-aws.ts';

const hour = 60 * 60 * 1000;

/** What the manager needs of AWS beside the table and its queue. */
export interface AwsManagerParts {
  launcher: Launcher;
  /** Takes what ECS tells of a task, for the launcher; may be told twice, and late. */
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
  /** What has to be done now and then beside all this, such as archiving the keys of who has been asleep for long. */
  chores?: readonly { everyMilliseconds: number; work(): Promise<unknown> }[];
}

/** The parts, as the environment names what they work with. */
export function awsManagerParts(environment: ManagerEnvironment, report: ReportIncident): AwsManagerParts {
  const clock = { now: () => new Date() };
  const table = platformTable(environment);
  const secrets = createAwsSecrets(environment, table);
  const keyArchive = new KeyArchive({ instances: createDynamoStores(table).instances, secrets, clock, report });
  return {
    ...managerPartsNotYetOnAws,
    secrets,
    mail: createAwsMail(environment.MAIL_FROM, table, clock),
    chores: [{ everyMilliseconds: hour, work: () => keyArchive.run() }],
    versions: new FargateInstanceVersions({
      store: new DynamoInstalledImageStore(table),
      releaseImage: environment.INSTANCE_IMAGE,
      clock,
    }),
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
