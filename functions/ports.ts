/**
 * What the domain needs from outside, as interfaces. Adapters implement them, one file a technology; a composition root per scale
 * chooses. Stores are described by access pattern, so that PostgreSQL and a single DynamoDB table can both serve them; both pass
 * the contract suite in `test/functions/adapters/`.
 *
 * Times are ISO 8601 strings in UTC. Lists are newest first and paged by opaque cursors. Methods that look something up return
 * `undefined` where it does not exist or belongs to another workspace.
 */
import type { InstanceConfiguration, InstanceLogLine, InstanceMode, InstanceSize } from '../core/instance-configuration.ts';
import type { DesiredState, InstanceStatus } from '../core/instance-status.ts';
import type { WorkspaceRole } from '../core/roles.ts';
import type { Policy, Toolset } from '../core/tool-selection.ts';
import type { UsageBatch } from '../core/usage-record.ts';

export interface Clock {
  now(): Date;
}

export interface PageRequest {
  limit: number;
  cursor?: string | undefined;
}

export interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
}

// ── People ────────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface User {
  id: string;
  email: string;
  name: string | null;
  /** Operators run the installation: they see all tenants. */
  operator: boolean;
  createdAt: string;
}

export interface Workspace {
  id: string;
  name: string;
  createdAt: string;
}

export interface Membership {
  user: User;
  workspace: Workspace;
  role: WorkspaceRole;
}

/** Who makes a request: always a user in a workspace. */
export interface Subject {
  userId: string;
  workspaceId: string;
  role: WorkspaceRole;
  operator: boolean;
}

export interface AccountStore {
  /**
   * Creates user, workspace and owner membership together. The very first account of the installation becomes operator; two
   * sign-ups at once never make two. Rejects with ProblemError `already-exists` where the e-mail is taken, and with
   * `sign-ups-closed` where `signUpsOpen` is false and an account exists.
   */
  createAccount(account: {
    user: Omit<User, 'operator'>;
    passwordHash: string;
    workspace: Workspace;
    signUpsOpen: boolean;
  }): Promise<Membership>;
  findCredentials(email: string): Promise<{ userId: string; passwordHash: string } | undefined>;
  findMembership(userId: string, workspaceId?: string): Promise<Membership | undefined>;
  hasAccounts(): Promise<boolean>;
}

export interface RefreshSession {
  /** All refresh tokens that descend from one sign-in share the session id. */
  id: string;
  userId: string;
  /** SHA-256 of the one refresh token that is valid now. */
  tokenHash: string;
  createdAt: string;
  expiresAt: string;
}

export interface RefreshRotation {
  presentedHash: string;
  nextHash: string;
  now: string;
  /** When the next hash expires. */
  expiresAt: string;
  /** Sessions that began then or earlier have lived their longest life: `unknown`. */
  createdAfter: string;
  /** A hash that was replaced after this time may come once more. */
  replacedAfter: string;
}

export type RefreshRotationOutcome =
  | { outcome: 'rotated'; session: RefreshSession }
  | { outcome: 'reused'; userId: string }
  | { outcome: 'unknown' };

export interface RefreshSessionStore {
  create(session: RefreshSession): Promise<void>;
  /**
   * Makes `nextHash` the current one, in one step. `rotated` where `presentedHash` was current; `reused` where it was current once
   * before (the whole session is then revoked); `unknown` otherwise, also when expired or revoked.
   *
   * The answer to a rotation can get lost, and two tabs can present the same token at once. So the hash that was replaced last is
   * `rotated` again where that was after `replacedAfter`. What is given out for one and the same hash are siblings: each of them
   * counts as current until one is used, which spends the others.
   */
  rotate(request: RefreshRotation): Promise<RefreshRotationOutcome>;
  /** Ends the session the hash belongs or once belonged to. Answers whose it was; `undefined` where there was none. */
  revoke(presentedHash: string): Promise<{ userId: string } | undefined>;
}

export interface PasswordHasher {
  hash(password: string): Promise<string>;
  verify(password: string, hash: string): Promise<boolean>;
}

/** Signs and checks access tokens. On AWS the API Gateway authorizer and Cognito take this place. */
export interface AccessTokens {
  issue(subject: Subject): Promise<{ accessToken: string; expiresIn: number }>;
  /** Rejects with ProblemError `token-expired` or `not-signed-in`. */
  verify(accessToken: string): Promise<Subject>;
}

export interface AttemptLimiter {
  /** Counts one attempt for the key; answers how long to wait where there were too many. */
  consume(key: string): Promise<{ allowed: true } | { allowed: false; retryAfterSeconds: number }>;
  /** Forgets the attempts of the key, after a success. */
  reset(key: string): Promise<void>;
}

// ── Smartlead keys and secrets ────────────────────────────────────────────────────────────────────────────────────────

export interface SmartleadKey {
  id: string;
  workspaceId: string;
  label: string;
  last4: string;
  status: 'valid' | 'refused';
  /** Where the sealed key lies; every rotation makes a new version. */
  secret: SecretReference;
  createdAt: string;
  rotatedAt: string | null;
}

export interface KeyStore {
  /** Rejects with ProblemError `limit-reached` where the workspace has as many keys as the limit already. */
  create(key: SmartleadKey, limit?: number): Promise<void>;
  find(workspaceId: string, keyId: string): Promise<SmartleadKey | undefined>;
  list(workspaceId: string, page: PageRequest): Promise<Page<SmartleadKey>>;
  /**
   * Never takes a key back to an older version of its secret, which may be deleted already: rejects with ProblemError `conflict`
   * where another rotation was faster.
   */
  update(
    workspaceId: string,
    keyId: string,
    change: Partial<Pick<SmartleadKey, 'label' | 'last4' | 'status' | 'secret' | 'rotatedAt'>>,
  ): Promise<SmartleadKey | undefined>;
  /** Answers whether there was one. May reject with ProblemError `in-use` where an instance came to use it meanwhile. */
  delete(workspaceId: string, keyId: string): Promise<boolean>;
}

export interface SecretReference {
  name: string;
  version: number;
}

/** Keeps secrets sealed. The name is derived from what it belongs to, so a crash between two steps leaves nothing nameless. */
export interface SecretStore {
  put(name: string, value: string): Promise<SecretReference>;
  /** The exact version asked for, never a stale one. Rejects where it does not exist. */
  get(reference: SecretReference): Promise<string>;
  /** Deletes all versions; no error where there are none. */
  delete(name: string): Promise<void>;
  /** Deletes the versions of the name that are older than this one. */
  deleteVersionsBefore(reference: SecretReference): Promise<void>;
  list(): Promise<string[]>;
}

/** Checks a Smartlead key with one cheap read. */
export interface SmartleadKeyChecker {
  check(apiKey: string): Promise<'accepted' | 'refused' | 'unreachable'>;
}

// ── Instances ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** What runs for an instance, in the launcher's own words. */
export interface Runtime {
  launcher: 'child-process' | 'docker' | 'fargate';
  /** Process id, container id or task ARN. */
  ref: string;
  /** Base URL of the instance on the private network, such as `http://127.0.0.1:43121`. */
  address: string;
}

export interface Instance {
  id: string;
  workspaceId: string;
  name: string;
  keyId: string;
  mode: InstanceMode;
  toolsets: Toolset[] | null;
  policy: Policy;
  size: InstanceSize;
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
    | 'size'
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

export interface InstanceLogStore {
  append(entries: InstanceLogEntry[]): Promise<void>;
  list(
    instanceId: string,
    filter: { level?: string | undefined; tool?: string | undefined; search?: string | undefined },
    page: PageRequest,
  ): Promise<Page<InstanceLogEntry>>;
  /** Deletes what is older than the time. Answers how many entries went. */
  prune(olderThan: string): Promise<number>;
}

/** New log entries as they arrive, for the live view. Unsubscribes when the returned function is called. */
export interface InstanceLogFeed {
  publish(entries: InstanceLogEntry[]): void;
  subscribe(instanceId: string, listener: (entry: InstanceLogEntry) => void): () => void;
}

// ── Data plane ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Where the router sends an instance's traffic. */
export interface Route {
  instanceId: string;
  workspaceId: string;
  address: string;
  /** Presented by the router to the instance as a bearer token. Lives in memory or sealed, never in a log. */
  accessToken: string;
}

/** The routes that exist now. Setting and removing are idempotent. */
export interface RouteTable {
  set(route: Route): Promise<void>;
  get(instanceId: string): Promise<Route | undefined>;
  remove(instanceId: string): Promise<void>;
}

export interface LaunchRequest {
  configuration: InstanceConfiguration;
  workspaceId: string;
  size: InstanceSize;
}

export interface InstanceExit {
  instanceId: string;
  ref: string;
  /** In words, such as `ended with exit code 1` or `was killed by SIGKILL`. */
  reason: string;
}

/** The instance did not come up. The message says how it ended, redacted: customers read it. */
export class LaunchFailed extends Error {
  override readonly name = 'LaunchFailed';
}

export interface Launcher {
  /**
   * Starts the instance and answers when its doors listen. Where one already runs for this instance it is ended first, so there
   * are never two. Rejects with LaunchFailed where it did not come up in time; nothing is left running then.
   */
  launch(request: LaunchRequest): Promise<Runtime>;
  /**
   * Ends whatever runs for the instance: first politely, then, after the grace (the launcher's own where none is given), by force.
   * A launch under way is given up. No error where nothing runs.
   */
  stop(instanceId: string, graceMilliseconds?: number): Promise<void>;
  /** What runs now, by instance. */
  list(): Promise<{ instanceId: string; runtime: Runtime }[]>;
  /** Calls back when an instance ends that nobody asked to end. */
  onExit(listener: (exit: InstanceExit) => void): void;
  /** Calls back with the log lines of instances. */
  onLog(listener: (instanceId: string, line: InstanceLogLine) => void): void;
}

/** Asks a running instance a real question over its own protocol. */
export interface HealthProbe {
  check(route: Route): Promise<{ healthy: true } | { healthy: false; reason: string; keyRefused?: boolean }>;
}

export type LifecycleOperation = 'start' | 'stop' | 'restart' | 'delete';

/** Runs the lifecycle workflow: Step Functions on AWS, the interpreter of the same definition elsewhere. */
export interface LifecycleWorkflow {
  /** Asks for an operation and answers at once; operations on one instance run one after the other. */
  request(instanceId: string, operation: LifecycleOperation): Promise<void>;
}

// ── Records ───────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface AuditEntry {
  id: string;
  workspaceId: string | null;
  time: string;
  /** `user:<id>`, `api-key:<id>` or `system`. */
  actor: string;
  /** Such as `instance.create`. */
  action: string;
  /** Identifier of what was changed. */
  target: string | null;
  /** Network address the request came from. */
  address: string | null;
  outcome: 'success' | 'refused';
  /** Names and settings only, never a secret. */
  details: Record<string, string | number | boolean | null>;
}

/** Append-only: there is deliberately no way to change or delete an entry. */
export interface AuditStore {
  append(entry: AuditEntry): Promise<void>;
  list(
    workspaceId: string,
    filter: { action?: string | undefined; target?: string | undefined },
    page: PageRequest,
  ): Promise<Page<AuditEntry>>;
}

export interface UsageRow {
  instanceId: string;
  tool: string;
  /** Start of the minute, hour or day that the counts cover, depending on the question. */
  time: string;
  calls: number;
  errors: number;
}

export interface UsageStore {
  /** Adds the counts of a batch; a batch id that was applied before changes nothing. */
  apply(batch: UsageBatch): Promise<void>;
  /**
   * Counts from a time (included) to another (excluded), grouped by instance, tool and step in UTC. Oldest first; with `limit`, so
   * many rows at most.
   */
  read(
    workspaceId: string,
    query: {
      from: string;
      to: string;
      step: 'minute' | 'hour' | 'day';
      instanceId?: string | undefined;
      limit?: number | undefined;
    },
  ): Promise<UsageRow[]>;
}

export interface StoredResponse {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** Remembers answers to requests with an Idempotency-Key. Bodies can hold secrets that are shown once, so they are kept sealed. */
export interface IdempotencyStore {
  /**
   * Claims the key for this request. `claimed`: go on; `replay`: answer this; `in-progress`: the first is still running;
   * `mismatch`: the key was used with another request. A claim that was neither completed nor released for a minute died with its
   * process and is given to the next one who asks with the same request.
   */
  claim(request: {
    scope: string;
    key: string;
    fingerprint: string;
    now: string;
    expiresAt: string;
  }): Promise<
    | { outcome: 'claimed' }
    | { outcome: 'replay'; response: StoredResponse }
    | { outcome: 'in-progress' }
    | { outcome: 'mismatch' }
  >;
  complete(scope: string, key: string, response: StoredResponse): Promise<void>;
  /** Gives the key free again after a failure on our side, so that a retry can succeed. */
  release(scope: string, key: string): Promise<void>;
}
