import { createIdentifier } from '../../../core/identifiers.ts';
import { smartleadHostsSchema } from '../../../core/instance-configuration.ts';
import { MemoryLogFeed } from '../../../functions/adapters/memory/log-feed.ts';
import { MemoryRouteTable } from '../../../functions/adapters/memory/route-table.ts';
import { MemorySecretStore } from '../../../functions/adapters/memory/secret-store.ts';
import { newInstance } from '../../../functions/domain/instance-creation.ts';
import { decideAfterSettingsChange, decideDeletion, decideOperation } from '../../../functions/domain/instance-operations.ts';
import type { LifecyclePorts } from '../../../functions/instance-manager/lifecycle-ports.ts';
import type { LifecycleRunner } from '../../../functions/instance-manager/lifecycle-runner.ts';
import { LocalWorkflow, type LocalWorkflowOptions } from '../../../functions/instance-manager/local-workflow.ts';
import type { Instance, InstanceChange, LifecycleOperation } from '../../../functions/ports.ts';
import { InMemoryHealthProbe } from '../in-memory/health-probe.ts';
import { InMemoryInstanceEventStore } from '../in-memory/instance-event-store.ts';
import { InMemoryInstanceLogStore } from '../in-memory/instance-log-store.ts';
import { InMemoryInstanceStore } from '../in-memory/instance-store.ts';
import { InMemoryInstanceTokenStore } from '../in-memory/instance-token-store.ts';
import { InMemoryKeyStore } from '../in-memory/key-store.ts';
import { InMemoryResourceInventory } from '../in-memory/resource-inventory.ts';
import { InMemorySecretStore } from '../in-memory/secret-store.ts';
import { InMemorySmartleadKeyChecker } from '../in-memory/smartlead-key-checker.ts';
import { StrictLauncher } from './strict-launcher.ts';

export const workspaceId = createIdentifier('workspace');
export const plantedKey = 'demo-canary-91f0c3';

/** What outlives a platform that is killed: its database. */
export class Disk {
  readonly instances = new InMemoryInstanceStore();
  readonly tokens = new InMemoryInstanceTokenStore();
  readonly keys = new InMemoryKeyStore();
  readonly secrets = new InMemorySecretStore();
  readonly events = new InMemoryInstanceEventStore();
  readonly logs = new InMemoryInstanceLogStore();
  readonly inventory = new InMemoryResourceInventory(this);
}

/** What ends with the platform where instances are its child processes, and outlives it where they are containers or tasks. */
export class World {
  readonly launcher = new StrictLauncher();
  readonly routes = new MemoryRouteTable();
  readonly accessTokens = new MemorySecretStore();
}

/** A runner of the lifecycle as tests want it: one that can make ready what takes long when it is done first. */
export type TestedRunner = LifecycleRunner & { prepare(): Promise<void> };
type MakeRunner = (options: LocalWorkflowOptions) => TestedRunner;

/** How installations run the lifecycle, and what that means for tests. */
interface Tested {
  makeRunner: MakeRunner;
  /** Whether an execution ends where the platform is killed. */
  executionsEndWithPlatform: boolean;
  /** How many random courses of events are tried. */
  modelRuns: number;
}
export const tested: Tested = {
  makeRunner: (options) => new LocalWorkflow(options),
  executionsEndWithPlatform: true,
  modelRuns: 150,
};

/** Has every installation of this test file run the lifecycle another way, so that the same tests show that it does the same. */
export function testInstead(other: Tested): void {
  Object.assign(tested, other);
}

/** The Instance Manager of one running platform over stores in memory and processes that are only pretended. */
export class Installation {
  readonly disk: Disk;
  readonly launcher: StrictLauncher;
  readonly routes: MemoryRouteTable;
  readonly accessTokens: MemorySecretStore;
  readonly probe = new InMemoryHealthProbe();
  readonly keyChecker = new InMemorySmartleadKeyChecker();
  readonly logFeed = new MemoryLogFeed();
  readonly incidents: { message: string; instanceId?: string; cause?: unknown }[] = [];
  readonly ports: LifecyclePorts;
  readonly runner: TestedRunner;

  constructor(
    options: { disk?: Disk; world?: World; tasks?: LocalWorkflowOptions['tasks']; ports?: Partial<LifecyclePorts> } = {},
  ) {
    this.disk = options.disk ?? new Disk();
    ({ launcher: this.launcher, routes: this.routes, accessTokens: this.accessTokens } = options.world ?? new World());
    const { instances, tokens, keys, secrets, events } = this.disk;
    this.ports = {
      ...{ instances, tokens, keys, secrets, events },
      clock: { now: () => new Date() },
      accessTokens: this.accessTokens,
      keyChecker: this.keyChecker,
      routes: this.routes,
      launcher: this.launcher,
      probe: this.probe,
      settings: { smartleadHosts: smartleadHostsSchema.parse({}) },
      report: (incident) => void this.incidents.push(incident),
      ...options.ports,
    };
    this.runner = tested.makeRunner({
      ports: this.ports,
      retryPauseMilliseconds: 1,
      ...(options.tasks ? { tasks: options.tasks } : {}),
    });
  }

  get supervisorPorts() {
    const { logs, inventory } = this.disk;
    return { ...this.ports, runner: this.runner, logs, inventory, logFeed: this.logFeed };
  }

  /** Stores an instance with a key and a client's token, as the API does before it asks for a start. */
  async addInstance(change: Partial<Instance> = {}): Promise<string> {
    const now = new Date().toISOString();
    const keyId = createIdentifier('key');
    const instanceId = createIdentifier('instance');
    const secret = await this.disk.secrets.put(`smartlead-key/${keyId}`, plantedKey);
    await this.disk.keys.create({
      ...{ id: keyId, workspaceId, label: 'main', last4: '91f0', status: 'valid', secret, createdAt: now, rotatedAt: null },
    });
    const wish = { name: 'one', keyId, mode: 'both', toolsets: null, policy: 'read-only', size: 'small' } as const;
    await this.disk.instances.create({ ...newInstance(instanceId, workspaceId, wish, now), ...change });
    const tokenId = createIdentifier('token');
    await this.disk.tokens.create({
      ...{ id: tokenId, instanceId, workspaceId, label: 'n8n', last4: 'abcd', hash: tokenId, createdAt: now },
      ...{ expiresAt: null, lastUsedAt: null },
    });
    return instanceId;
  }

  /** Does what the API does when a customer asks for the operation, and waits until it has ended. */
  async ask(instanceId: string, operation: Exclude<LifecycleOperation, 'sleep'>): Promise<void> {
    const present = await this.disk.instances.findById(instanceId);
    if (!present || present.desiredState === 'deleted') return;
    const decision = operation === 'delete' ? decideDeletion() : decideOperation(present, operation);
    if (!decision) return;
    await this.change(instanceId, decision.change);
    await this.runner.run(instanceId, decision.operation);
  }

  /** Does what the API does when settings or the key of the instance have changed. */
  async applySettings(instanceId: string): Promise<void> {
    const present = await this.disk.instances.findById(instanceId);
    const decision = present && decideAfterSettingsChange(present);
    if (!decision) return;
    await this.change(instanceId, decision.change);
    await this.runner.run(instanceId, decision.operation);
  }

  async change(instanceId: string, change: InstanceChange): Promise<void> {
    await this.disk.instances.update(instanceId, change);
  }

  instance(instanceId: string): Promise<Instance | undefined> {
    return this.disk.instances.findById(instanceId);
  }

  /** Everything that is tied to the instance at the moment, for comparison in one piece. */
  async observe(instanceId: string) {
    const instance = await this.instance(instanceId);
    const processes = [...this.launcher.processes.values()].filter((process) => process.instanceId === instanceId);
    const route = await this.routes.get(instanceId);
    const tokens = await this.disk.tokens.list(instanceId, { limit: 10 });
    return {
      status: instance?.status,
      processes: processes.length,
      isRecorded: instance?.runtime != null && instance.runtime.ref === processes[0]?.runtime.ref,
      isRouted: route !== undefined && route.address === processes[0]?.runtime.address,
      hasRoute: route !== undefined,
      hasRuntime: instance?.runtime != null,
      accessTokens: (await this.accessTokens.list()).filter((name) => name.endsWith(instanceId)).length,
      clientTokens: tokens.items.length,
    };
  }
}

/** What {@link Installation.observe} sees of an instance that runs. */
export const running = {
  status: 'running',
  processes: 1,
  isRecorded: true,
  isRouted: true,
  hasRoute: true,
  hasRuntime: true,
  accessTokens: 1,
  clientTokens: 1,
} as const;

/** What it sees of one that is at rest in a status. */
export function atRest(status: Instance['status'] | undefined) {
  const nothing = { processes: 0, isRecorded: false, isRouted: false, hasRoute: false, hasRuntime: false, accessTokens: 0 };
  return { status, ...nothing, clientTokens: status === undefined ? 0 : 1 };
}
