import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { CreateSecretCommand, GetSecretValueCommand, ListSecretsCommand } from '@aws-sdk/client-secrets-manager';
import { DeleteMessageCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { vi } from 'vitest';
import { changeItemSchema, changesPartition } from '../../../core/platform-table.ts';
import { minuteOf } from '../../../core/usage-record.ts';
import { createSecretsManagerClient } from '../../../functions/adapters/secrets-manager/client.ts';
import type { ApiHandler } from '../../../functions/api/host.ts';
import { managerEnvironmentSchema, readEnvironment } from '../../../functions/composition/aws-environment.ts';
import { createAwsManager } from '../../../functions/composition/aws-manager.ts';
import { awsManagerParts } from '../../../functions/composition/aws-manager-parts.ts';
import { bindLifecycleTasks } from '../../../functions/instance-manager/tasks/index.ts';
import type { SecretReaders } from '../../../scripts/data-plane-rotation.ts';
import { storedSecret } from '../../../scripts/rotate-data-plane-secret.ts';
import { startSandbox } from '../../../selfhost/sandbox/main.ts';
import { buildForTest } from '../../container/instance/built-instance.ts';
import { startRedis } from '../../container/router/redis/redis-server.ts';
import { freePort } from '../../free-port.ts';
import { startBuilt } from '../../functions/adapters/fargate/containers.ts';
import { EcsDouble } from '../../functions/adapters/fargate/ecs-double.ts';
import { type Answer, apiEvent, type CallOptions } from '../../functions/api/api-client.ts';
import { plainItem } from '../dynamodb/plain-item.ts';
import { createTestTable } from '../dynamodb/table.ts';
import { emulatorSettings, tableSettings } from '../emulator.ts';
import { createTestQueue } from '../manager/queue.ts';
import { startRouterProcess } from '../router/router-process.ts';
import { LogSubscription } from './log-subscription.ts';
import { startOneAtATime } from './one-at-a-time.ts';
import { startStepFunctions, stateMachineArn } from './step-functions-double.ts';

/** Functions of the REST API that the tests call, by their resource. */
const resources = ['keys', 'instances', 'tokens', 'usage', 'admin', 'alert-rules', 'logs'] as const;
export type Resource = (typeof resources)[number];

const incidents: string[] = [];

/**
 * The whole platform of scale `saas` over doubles of AWS: its Lambda functions as they are deployed, but in this process; the manager; a
 * router as a process; and instances as tasks of a cluster that runs real processes.
 */
export async function startCloud() {
  const undo: (() => unknown)[] = [];
  const [built, sandbox, redis, table, managerQueue, usageQueue] = await Promise.all([
    buildForTest(),
    startSandbox(),
    startRedis(),
    createTestTable(),
    createTestQueue({ attempts: 5, visibilitySeconds: 30 }),
    createTestQueue({ attempts: 5, visibilitySeconds: 30 }),
  ]);
  undo.push(
    () => built.remove(),
    () => sandbox.close(),
    () => redis.kill(),
    () => table.drop(),
  );
  undo.push(
    () => managerQueue.drop(),
    () => usageQueue.drop(),
  );

  const { endpoint, region, credentials } = emulatorSettings();
  const dynamodb = await startOneAtATime(tableSettings().endpoint);
  undo.push(() => dynamodb.close());
  const secretsManager = createSecretsManagerClient(emulatorSettings());
  undo.push(() => secretsManager.destroy());
  const name = `smartlead-mcp-${randomUUID().slice(0, 8)}`;
  const putSecret = async (purpose: string, SecretString: string): Promise<string> => {
    const { ARN = '' } = await secretsManager.send(
      new CreateSecretCommand({ Name: `${name}/platform/${purpose}`, SecretString }),
    );
    return ARN;
  };
  const dataPlaneSecret = `canary-${randomBytes(32).toString('hex')}`;
  const poolSecret = randomBytes(32).toString('base64url');
  const [dataPlaneSecretArn, poolSecretArn] = await Promise.all([
    putSecret('data-plane', dataPlaneSecret),
    putSecret('warm-pool', poolSecret),
  ]);
  const storedDataPlaneSecret = storedSecret(secretsManager, dataPlaneSecretArn);

  const subscription = new LogSubscription();
  const ecs = new EcsDouble({
    startContainer: (start) => startBuilt(built.folder, start, (text) => subscription.print(start.logStream, text)),
    stopTimeoutMilliseconds: 10_000,
    async readSecret(valueFrom) {
      if (valueFrom === poolSecretArn) return poolSecret;
      // As `arn:json-key:version-stage:version-id`.
      const [SecretId, VersionId] = valueFrom.split(':::');
      const { SecretString } = await secretsManager.send(new GetSecretValueCommand({ SecretId, VersionId }));
      if (SecretString === undefined) throw new Error('no such secret');
      return SecretString;
    },
  });
  ecs.onEvent = (event) => void managerQueue.send(event);
  const { endpoint: ecsEndpoint } = await ecs.listen();
  undo.push(() => ecs.close());

  const shared = {
    ...{ STAGE: 'test', TABLE_NAME: table.table.table, MANAGER_QUEUE_URL: managerQueue.url, USAGE_QUEUE_URL: usageQueue.url },
    ...{ PUBLIC_URL: 'https://mcp.example.com', AWS_REGION: region, AWS_ENDPOINT_URL: endpoint },
    ...{ AWS_ENDPOINT_URL_DYNAMODB: dynamodb.endpoint, AWS_ACCESS_KEY_ID: credentials.accessKeyId },
    ...{ AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey },
  };
  const controlPlane = {
    ...{ ...shared, SERVICE_VERSION: '1.2.3', SIGN_UPS: 'open', LIFECYCLE_ARN: stateMachineArn },
    ...{ SECRET_NAME_PREFIX: `${name}/keys/`, SECRETS_KEY_ARN: 'arn:aws:kms:eu-central-1:123456789012:key/1' },
    ...{ DATA_PLANE_SECRET_ARN: dataPlaneSecretArn, POOL_SECRET_ARN: poolSecretArn, AWS_ENDPOINT_URL_ECS: ecsEndpoint },
    ...{ CLUSTER: name, TASK_FAMILY_PREFIX: name, INSTANCE_IMAGE: `registry.test/assets:${'ab12'.repeat(16)}` },
    ...{ INSTANCE_SUBNETS: 'subnet-1,subnet-2', INSTANCE_SECURITY_GROUPS: 'sg-1', INSTANCE_LOG_GROUP: 'instances' },
    INSTANCE_EXECUTION_ROLE_ARN: 'arn:aws:iam::123456789012:role/start',
    INSTANCE_TASK_ROLE_ARN: 'arn:aws:iam::123456789012:role/nothing',
    WARM_POOL_SIZE: '1',
    ...{ SMARTLEAD_CORE_URL: sandbox.hosts.core, SMARTLEAD_PROSPECT_URL: sandbox.hosts.prospect },
    ...{ SMARTLEAD_DELIVERY_URL: sandbox.hosts.delivery, SMARTLEAD_SENDERS_URL: sandbox.hosts.senders },
  };
  for (const [variable, value] of Object.entries(controlPlane)) vi.stubEnv(variable, value);

  // Functions read their environment when they are loaded, as on Lambda.
  const { awsLifecyclePorts } = await import('../../../functions/composition/aws-lifecycle.ts');
  const stepFunctions = await startStepFunctions(bindLifecycleTasks(awsLifecyclePorts), (event) => void managerQueue.send(event));
  undo.push(() => stepFunctions.close());
  vi.stubEnv('AWS_ENDPOINT_URL_SFN', stepFunctions.endpoint);
  const handlers = await loadHandlers();
  const { handler: confirm } = await import('../../../functions/lambda/post-confirmation.ts');
  const { handler: usageArrived } = await import('../../../functions/lambda/usage-arrived.ts');
  subscription.deliverTo((await import('../../../functions/lambda/instance-logs.ts')).handler);

  const report = (incident: { message: string; cause?: unknown }) => {
    incidents.push(`${incident.message} ${String(incident.cause)}`);
  };
  /** With the secret as it is now: tasks get it when they start. */
  const startManager = async () => {
    const environment = readEnvironment(managerEnvironmentSchema, {
      ...{ ...process.env, REDIS_URL: redis.url, DATA_PLANE_SECRET: (await storedDataPlaneSecret.read()).text },
    });
    const parts = awsManagerParts(environment, report, {
      launcher: { ledgerPause: 50, describePause: 200, settle: 1000, listAge: 200 },
      warmPoolMilliseconds: 300,
    });
    const manager = createAwsManager(environment, parts, {
      holder: randomUUID(),
      logger: { info: () => {}, warn: () => {}, error: (message, fields) => report({ message, cause: JSON.stringify(fields) }) },
      write: () => {},
    });
    await manager.start();
    return { parts, stop: () => manager.stop() };
  };
  let manager = await startManager();
  undo.push(() => manager.stop());
  const usage = new AbortController();
  const pumping = pumpUsage(usageQueue, usageArrived, usage.signal);
  undo.push(async () => {
    usage.abort();
    await pumping;
  });
  const startRouter = async (port: string) => {
    const { text } = await storedDataPlaneSecret.read();
    return startRouterProcess({ ...shared, REDIS_URL: redis.url, DATA_PLANE_SECRET: text, PORT: port });
  };
  let router = await startRouter(String(await freePort()));
  const outputs = [router.output];
  const stopRouter = async () => {
    router.terminate();
    await router.ended;
  };
  undo.push(stopRouter);
  let startedAt = new Date();
  /** How far the test has moved the clock of whatever remembers things for some minutes. */
  let moved = 0;
  const realNow = performance.now.bind(performance);

  return {
    ...{ ecs, sandbox, redis, managerQueue, executions: stepFunctions.executions, routerBase: router.base },
    table: table.table,
    poolOf: manager.parts.warmPool?.pool,
    /** What routers have printed. */
    routerOutput: () => outputs.map((output) => output()).join(''),
    storedDataPlaneSecret,
    /** The services that `scripts/rotate-data-plane-secret.ts` restarts: a router at the same place, and the manager. */
    readers: {
      list: async () => [{ name: 'both', startedAt, isRunning: true }],
      restart: async () => {
        const { port } = new URL(router.base);
        startedAt = new Date();
        await Promise.all([
          stopRouter().then(async () => {
            router = await startRouter(port);
            outputs.push(router.output);
          }),
          manager.stop().then(async () => {
            // The emulator gives the next message to the request that the stopped one has broken off.
            await managerQueue.send({ kind: 'reconcile' });
            manager = await startManager();
          }),
        ]);
      },
    } satisfies SecretReaders,
    /** Lets minutes pass for whatever remembers something for a while. */
    passTime(milliseconds: number): void {
      moved += milliseconds;
      vi.spyOn(performance, 'now').mockImplementation(() => realNow() + moved);
    },
    /** Does what the manager does now and then. */
    async doChores(): Promise<void> {
      for (const { work } of manager.parts.chores ?? []) await work();
    },
    /** What functions remember for ten minutes: how late it is for them. */
    now: () => new Date(Date.now() + moved),
    /** What the manager reported to operators. */
    incidents,
    /** Secrets of the platform. */
    planted: [dataPlaneSecret, poolSecret] as string[],
    confirm,
    /** Calls a function as API Gateway does for somebody who is signed in. */
    async call(resource: Resource, userId: string, method: string, path: string, options: CallOptions = {}, groups = '[]') {
      const event = apiEvent(method, path, options);
      const claims = { sub: userId, token_use: 'access', 'cognito:groups': groups };
      const signedIn = { ...event, requestContext: { ...event.requestContext, authorizer: { jwt: { claims, scopes: [] } } } };
      const result = await handlers[resource](signedIn as typeof event, {});
      const text = typeof result.body === 'string' ? result.body : '';
      return { status: result.statusCode, json: text === '' ? undefined : (JSON.parse(text) as Answer['json']) };
    },
    /** What routers are told of the last minutes. */
    async changes(): Promise<object[]> {
      const minutes = [Date.now() - 60_000, Date.now()].map((time) => minuteOf(new Date(time)));
      const answers = await Promise.all(
        minutes.map((minute) =>
          table.table.client.send(
            new QueryCommand({
              TableName: table.table.table,
              KeyConditionExpression: 'pk = :pk',
              ExpressionAttributeValues: { ':pk': { S: changesPartition(minute) } },
            }),
          ),
        ),
      );
      return answers.flatMap(({ Items = [] }) => Items.map((item) => changeItemSchema.parse(plainItem(item))));
    },
    /** Names of the secrets of customers' keys that can be read. */
    async secretNames(): Promise<string[]> {
      const { SecretList = [] } = await secretsManager.send(new ListSecretsCommand({ MaxResults: 100 }));
      return SecretList.map(({ Name = '' }) => Name).filter((secret) => secret.startsWith(`${name}/keys/`));
    },
    async close(): Promise<void> {
      for (const step of undo.reverse()) await step();
      vi.unstubAllEnvs();
      vi.restoreAllMocks();
    },
  };
}

export type Cloud = Awaited<ReturnType<typeof startCloud>>;

async function loadHandlers(): Promise<Record<Resource, ApiHandler>> {
  const loaded = await Promise.all([
    import('../../../functions/lambda/keys.ts'),
    import('../../../functions/lambda/instances.ts'),
    import('../../../functions/lambda/tokens.ts'),
    import('../../../functions/lambda/usage.ts'),
    import('../../../functions/lambda/admin.ts'),
    import('../../../functions/lambda/alert-rules.ts'),
    import('../../../functions/lambda/logs.ts'),
  ]);
  return Object.fromEntries(loaded.map(({ handler }, index) => [resources[index], handler])) as Record<Resource, ApiHandler>;
}

/** Takes messages and calls the function with them, as Lambda does for a queue. */
async function pumpUsage(
  { client, url: QueueUrl }: Awaited<ReturnType<typeof createTestQueue>>,
  handler: typeof import('../../../functions/lambda/usage-arrived.ts').handler,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const { Messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    const Records = Messages.map(({ MessageId: messageId = '', Body: body = '' }) => ({ messageId, body }));
    if (Records.length > 0) {
      const { batchItemFailures } = await handler({ Records });
      const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
      for (const { MessageId = '', ReceiptHandle } of Messages) {
        if (!failed.has(MessageId)) await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
      }
    }
    await pause(300, undefined, { signal }).catch(() => {});
  }
}
