import type { InstanceLogLine, InstanceMode, InstanceSize } from '../../core/instance-configuration.ts';
import type { DesiredState, InstanceStatus } from '../../core/instance-status.ts';
import type { Policy, PolicySwitch } from '../../core/policy.ts';
import type { ToolSelectionName } from '../../core/tool-selection.ts';
import type { Page, PageRequest } from './time-and-pages.ts';

/** What runs for an instance, in the launcher's own words. */
export interface Runtime {
  launcher: 'child-process' | 'docker' | 'fargate';
  /** Process id, container id or task ARN. */
  ref: string;
  /** Base URL of the instance on the private network, such as `http://127.0.0.1:43121`. */
  address: string;
  /** Version of the instance image that runs. Absent where it was launched before versions were told. */
  version?: string;
  /** Among how many processes the key's rate limit was divided when this one was launched; 1 where it is absent. */
  processes?: number;
}

export interface Instance {
  id: string;
  workspaceId: string;
  name: string;
  keyId: string;
  mode: InstanceMode;
  /** Sets of tools, one profile, or `discovery`; `null` offers everything. */
  toolsets: ToolSelectionName[] | null;
  policy: Policy;
  /** Policy switches that are on, in the order of their definition. */
  allow: PolicySwitch[];
  /** Names of tools, ascending: no other tool may be called. `null` for no such list. */
  allowedTools: string[] | null;
  /** Names of tools, ascending, that may not be called. `null` for none. */
  deniedTools: string[] | null;
  size: InstanceSize;
  /** Seconds without a call after which the instance is put to sleep; `null` for never. */
  sleepAfterSeconds: number | null;
  /** How many processes may serve the instance at once, at most; and how many should now, by the scaling decision. */
  maxReplicas: number;
  replicas: number;
  /** Until when the arguments of calls are logged, too; `null` or past for not at all. */
  argumentLogUntil: string | null;
  desiredState: DesiredState;
  status: InstanceStatus;
  statusReason: string;
  nextStep: string | null;
  runtime: Runtime | null;
  /** When the first MCP client connected; the dashboard's light turns green. */
  firstConnectedAt: string | null;
  createdAt: string;
  updatedAt: string;
  /** Grows with every change; guards against lost updates. */
  version: number;
}

export type InstanceChange = Partial<
  Pick<
    Instance,
    | 'name'
    | 'keyId'
    | 'mode'
    | 'toolsets'
    | 'policy'
    | 'allow'
    | 'allowedTools'
    | 'deniedTools'
    | 'size'
    | 'sleepAfterSeconds'
    | 'maxReplicas'
    | 'replicas'
    | 'argumentLogUntil'
    | 'desiredState'
    | 'status'
    | 'statusReason'
    | 'nextStep'
    | 'runtime'
    | 'firstConnectedAt'
  >
>;

export interface InstanceStore {
  /**
   * Rejects with ProblemError `limit-reached` where the workspace has as many instances as the limit already, those that are being
   * deleted not counted.
   */
  create(instance: Instance, limit?: number): Promise<void>;
  find(workspaceId: string, instanceId: string): Promise<Instance | undefined>;
  /** For the platform itself, which acts on behalf of no workspace. */
  findById(instanceId: string): Promise<Instance | undefined>;
  /** Without the instances whose desired state is `deleted`: those are gone for the customer while the workflow clears them away. */
  list(workspaceId: string, page: PageRequest): Promise<Page<Instance>>;
  listByKey(workspaceId: string, keyId: string): Promise<Instance[]>;
  /** All instances of the installation in pages, for recovery and operators. */
  listAll(page: PageRequest): Promise<Page<Instance>>;
  /** Applies the change and adds one to the version. With `expectedVersion`, only where it still holds; else `undefined`. */
  update(instanceId: string, change: InstanceChange, expectedVersion?: number): Promise<Instance | undefined>;
  delete(instanceId: string): Promise<void>;
}

export interface InstanceToken {
  id: string;
  instanceId: string;
  workspaceId: string;
  label: string;
  last4: string;
  hash: string;
  createdAt: string;
  expiresAt: string | null;
  lastUsedAt: string | null;
}

export interface InstanceTokenStore {
  /**
   * Rejects with ProblemError `not-found` where the instance is gone, and with `limit-reached` where it has as many tokens as the
   * limit already.
   */
  create(token: InstanceToken, limit?: number): Promise<void>;
  findByHash(hash: string): Promise<InstanceToken | undefined>;
  list(instanceId: string, page: PageRequest): Promise<Page<InstanceToken>>;
  delete(instanceId: string, tokenId: string): Promise<InstanceToken | undefined>;
  touch(tokenId: string, usedAt: string): Promise<void>;
}

export interface InstanceEvent {
  id: string;
  instanceId: string;
  time: string;
  /** Such as `created`, `launched`, `healthy`, `exited`, `stopped`, `failed`, `client-connected`. */
  type: string;
  message: string;
}

export interface InstanceEventStore {
  append(event: InstanceEvent): Promise<void>;
  list(instanceId: string, page: PageRequest): Promise<Page<InstanceEvent>>;
}

export interface InstanceLogEntry extends InstanceLogLine {
  id: string;
  instanceId: string;
}

/** Which log entries are asked for; all that is given has to fit. */
export interface InstanceLogFilter {
  level?: string | undefined;
  tool?: string | undefined;
  outcome?: string | undefined;
  requestId?: string | undefined;
  /** Text in the message, in whatever case. */
  search?: string | undefined;
  /** From a time (included) to another (excluded). */
  from?: string | undefined;
  to?: string | undefined;
}

export interface InstanceLogStore {
  append(entries: InstanceLogEntry[]): Promise<void>;
  list(instanceId: string, filter: InstanceLogFilter, page: PageRequest): Promise<Page<InstanceLogEntry>>;
  /** Deletes what is older than the time. Answers how many entries went. */
  prune(olderThan: string): Promise<number>;
  /** Deletes the oldest entries of an instance until it has at most so many lines and bytes. Answers how many went. */
  trim(instanceId: string, most: { lines: number; bytes: number }): Promise<number>;
}

/** New log entries as they arrive, for the live view. Unsubscribes when the returned function is called. */
export interface InstanceLogFeed {
  publish(entries: InstanceLogEntry[]): void;
  subscribe(instanceId: string, listener: (entry: InstanceLogEntry) => void): () => void;
}
