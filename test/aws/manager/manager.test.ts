import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createIdentifier } from '../../../core/identifiers.ts';
import { DynamoOperationQueue } from '../../../functions/adapters/dynamodb/operation-queue.ts';
import { DynamoRouteTable } from '../../../functions/adapters/dynamodb/route-table.ts';
import { createDynamoStores } from '../../../functions/adapters/dynamodb/stores.ts';
import { MemorySecretStore } from '../../../functions/adapters/memory/secret-store.ts';
import { managerEnvironmentSchema, readEnvironment } from '../../../functions/composition/aws-environment.ts';
import { createAwsManager } from '../../../functions/composition/aws-manager.ts';
import { sealersOf } from '../../../functions/composition/aws-sealers.ts';
import { newInstance } from '../../../functions/domain/instance-creation.ts';
import { mergeOperations } from '../../../functions/instance-manager/operation-request.ts';
import { OrphanConfirmation } from '../../../functions/instance-manager/orphan-confirmation.ts';
import { QueuedWorkflow } from '../../../functions/instance-manager/queued-workflow.ts';
import { bindLifecycleTasks } from '../../../functions/instance-manager/tasks/index.ts';
import type { SecretReference, StoredSecret } from '../../../functions/ports.ts';
import { InMemoryHealthProbe } from '../../functions/in-memory/health-probe.ts';
import { InMemorySecretStore } from '../../functions/in-memory/secret-store.ts';
import { InMemorySmartleadKeyChecker } from '../../functions/in-memory/smartlead-key-checker.ts';
import { RemoteExecutions } from '../../functions/instance-manager/remote-executions.ts';
import { StrictLauncher } from '../../functions/instance-manager/strict-launcher.ts';
import { createTestTable, type TestTable } from '../dynamodb/table.ts';
import { describeOnAws, emulatorSettings, tableSettings } from '../emulator.ts';
import { createTestQueue } from './queue.ts';

const dataPlaneSecret = 'a secret that is long enough for the data plane';
const clock = { now: () => new Date() };
const instanceTasksEnvironment = {
  ...{ AWS_REGION: 'eu-central-1', CLUSTER: 'smartlead-mcp-test', TASK_FAMILY_PREFIX: 'smartlead-mcp-test' },
  ...{ INSTANCE_IMAGE: 'registry.example.com/instance:1', INSTANCE_SUBNETS: 'subnet-1', INSTANCE_SECURITY_GROUPS: 'sg-1' },
  ...{ INSTANCE_EXECUTION_ROLE_ARN: 'arn:aws:iam::123456789012:role/start', INSTANCE_LOG_GROUP: 'instances' },
  INSTANCE_TASK_ROLE_ARN: 'arn:aws:iam::123456789012:role/nothing',
  POOL_SECRET_ARN: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:pool',
  WARM_POOL_SIZE: '0',
};

/** As Secrets Manager would list them. */
class ListedSecrets extends InMemorySecretStore {
  async listVersions(): Promise<StoredSecret[]> {
    return [];
  }
  async hasVersion(): Promise<boolean> {
    return true;
  }
  override async deleteVersion(_reference: SecretReference): Promise<void> {}
}

describeOnAws('the manager of instances over table and queue', () => {
  let table: TestTable;
  let queue: Awaited<ReturnType<typeof createTestQueue>>;
  let manager: ReturnType<typeof createAwsManager> | undefined;

  beforeEach(async () => {
    const { endpoint, region, credentials } = emulatorSettings();
    vi.stubEnv('AWS_ENDPOINT_URL', endpoint);
    vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', tableSettings().endpoint);
    vi.stubEnv('AWS_REGION', region);
    vi.stubEnv('AWS_ACCESS_KEY_ID', credentials.accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', credentials.secretAccessKey);
    [table, queue] = await Promise.all([createTestTable(), createTestQueue({ visibilitySeconds: 30 })]);
  });
  afterEach(async () => {
    await manager?.stop();
    manager = undefined;
    await Promise.all([table.drop(), queue.drop()]);
    vi.unstubAllEnvs();
  });

  /** What runs outside of the manager: the functions of the API, and those of the lifecycle's tasks. */
  async function cloud() {
    const stores = createDynamoStores(table.table);
    const launcher = new StrictLauncher();
    const secrets = new ListedSecrets();
    const accessTokens = new MemorySecretStore();
    const routes = new DynamoRouteTable(table.table, sealersOf(dataPlaneSecret).dataPlane);
    const incidents: string[] = [];
    const executions = new RemoteExecutions(
      bindLifecycleTasks({
        ...{ clock, launcher, secrets, accessTokens, routes },
        instances: stores.instances,
        tokens: stores.instanceTokens,
        keys: stores.keys,
        events: stores.instanceEvents,
        keyChecker: new InMemorySmartleadKeyChecker(),
        probe: new InMemoryHealthProbe(),
        settings: { smartleadHosts: { core: '', prospect: '', delivery: '', senders: '' } },
        report: ({ message }) => incidents.push(message),
      }),
    );
    executions.onEnd((instanceId, name, state) => {
      const status = state.status === 'succeeded' ? 'SUCCEEDED' : 'FAILED';
      const detail = { name, status, input: JSON.stringify({ instanceId }) };
      void queue.send({ source: 'aws.states', 'detail-type': 'Step Functions Execution Status Change', detail });
    });
    const operations = new DynamoOperationQueue(table.table, { merge: mergeOperations, clock });
    const api = new QueuedWorkflow({
      instances: stores.instances,
      queue: operations,
      executions,
      announce: (instanceId, operation) => queue.send({ kind: 'operation-asked', instanceId, operation }),
    });
    const environment = readEnvironment(managerEnvironmentSchema, {
      ...{ STAGE: 'test', SERVICE_VERSION: '1.2.3', PUBLIC_URL: 'https://mcp.example.com', TABLE_NAME: table.table.table },
      LIFECYCLE_ARN: 'arn:aws:states:eu-central-1:123456789012:stateMachine:lifecycle',
      ...{ MANAGER_QUEUE_URL: queue.url, REDIS_URL: 'rediss://cache.example.com:6379' },
      ...{ SECRET_NAME_PREFIX: 'smartlead-mcp/test/keys/', SECRETS_KEY_ARN: 'arn:aws:kms:eu-central-1:123456789012:key/1' },
      ...{ DATA_PLANE_SECRET: dataPlaneSecret, ...instanceTasksEnvironment },
    });
    const lines: string[] = [];
    const errors: string[] = [];
    manager = createAwsManager(
      environment,
      {
        ...{ launcher, executions, secrets, accessTokens, mail: null },
        launcherTimes: { launchDeadline: 10_000, listAge: 0 },
        orphanConfirmation: new OrphanConfirmation(clock),
        taskChanged: async () => {},
        versions: {
          installRelease: async () => undefined,
          list: async () => [],
          current: async () => undefined,
          makeCurrent: async () => {},
          removeUnused: async () => {},
        },
        activity: { read: () => Promise.reject(new Error('Redis is away')), close: async () => {} },
      },
      {
        holder: 'manager 1',
        logger: { info: () => {}, warn: () => {}, error: (message) => errors.push(message) },
        write: (line) => lines.push(line),
      },
    );
    return { stores, launcher, secrets, routes, operations, api, incidents, lines, errors, manager };
  }

  async function addInstance({ stores, secrets }: Awaited<ReturnType<typeof cloud>>): Promise<string> {
    const now = new Date().toISOString();
    const [workspaceId, keyId, id] = [createIdentifier('workspace'), createIdentifier('key'), createIdentifier('instance')];
    await stores.accounts.createAccount({
      user: { id: createIdentifier('user'), email: `${id}@example.com`, name: null, createdAt: now },
      passwordHash: 'none',
      workspace: { id: workspaceId, name: 'one', createdAt: now },
      signUpsOpen: true,
    });
    const secret = await secrets.put(`smartlead-key/${keyId}`, 'demo-canary');
    await stores.keys.create({
      ...{ id: keyId, workspaceId, label: 'main', last4: 'nary', status: 'valid', secret, createdAt: now, rotatedAt: null },
    });
    const wish = { name: 'one', keyId, mode: 'both', toolsets: null, policy: 'read-only', size: 'small' } as const;
    await stores.instances.create(newInstance(id, workspaceId, wish, now));
    return id;
  }

  it('does what the API asks for one after the other, and brings back what dies', async () => {
    const made = await cloud();
    const id = await addInstance(made);
    await made.manager.start();
    await made.api.request(id, 'start');
    await vi.waitFor(async () => expect((await made.stores.instances.findById(id))?.status).toBe('running'), { timeout: 15_000 });
    expect(await made.routes.get(id)).toMatchObject({ instanceId: id, mode: 'both' });

    made.launcher.kill(id);
    await vi.waitFor(() => expect(made.launcher.launches).toBe(2), { timeout: 15_000 });
    await vi.waitFor(async () => expect((await made.stores.instances.findById(id))?.status).toBe('running'), { timeout: 15_000 });

    await made.stores.instances.update(id, { desiredState: 'stopped' });
    await Promise.all([made.api.request(id, 'restart'), made.api.request(id, 'stop')]);
    await vi.waitFor(async () => expect((await made.stores.instances.findById(id))?.status).toBe('stopped'), { timeout: 15_000 });
    await vi.waitFor(async () => expect(await made.operations.listBusy()).toEqual([]), { timeout: 15_000 });
    expect(made.launcher.processes.size).toBe(0);
    expect(await made.routes.get(id)).toBeUndefined();
    expect(made.incidents).toEqual([]);
    // Whether instances may sleep cannot be told without Redis; nothing else went wrong.
    expect(made.errors.filter((message) => !message.includes('busy'))).toEqual([]);
  }, 60_000);

  it('tells how the installation is in lines that CloudWatch makes metrics of', async () => {
    const made = await cloud();
    await addInstance(made);
    await made.manager.start();
    await queue.send({ kind: 'reconcile' });
    await vi.waitFor(async () => expect(await queue.count()).toBe(0), { timeout: 15_000 });
    await made.manager.stop();
    manager = undefined;
    const told = made.lines.map((line) => JSON.parse(line));
    expect(told).toContainEqual(
      expect.objectContaining({ Stage: 'test', Status: 'provisioning', Instances: expect.any(Number) }),
    );
    expect(told).toContainEqual(expect.objectContaining({ Stage: 'test', InvariantViolations: expect.any(Number) }));
    expect(told).toContainEqual(expect.objectContaining({ ReconcileDuration: [expect.any(Number)], Active: 1 }));
    for (const { _aws } of told) expect(_aws.CloudWatchMetrics[0].Namespace).toBe('SmartleadMcp/Manager');
  }, 60_000);
});
