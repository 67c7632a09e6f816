/**
 * What each function and each service may do on AWS, as a table: one line a program, in the words of the platform.
 * `constructs/access-policy.ts` turns a line into IAM statements. A program without a line cannot be deployed, so nobody forgets to
 * decide.
 */
import { lifecycleDefinition } from '../functions/instance-manager/lifecycle-definition.ts';
import { pathOf } from './lifecycle-paths.ts';

export interface Access {
  /** Items of the platform table. There is no access that scans, or that changes what stands in the audit trail. `route` reads what a router needs, by the keys of its partitions. */
  table?: 'read' | 'write' | 'read-write' | 'route';
  /**
   * Customers' Smartlead keys: `read` their values, `write` new versions, `delete` and `restore` them (within the recovery window),
   * `list` their names, `archive`: seal one for the table with the same encryption key and open it again, `open-archive`: only open it.
   */
  secrets?: readonly ('read' | 'write' | 'delete' | 'restore' | 'list' | 'archive' | 'open-archive')[];
  /** Secrets of the platform that it reads itself. */
  platformSecrets?: readonly ('data-plane' | 'warm-pool')[];
  /** Tasks of instances: `watch` them, `launch` them, `end` them, `forget` what they were started with. */
  instances?: readonly ('watch' | 'launch' | 'end' | 'forget')[];
  /** The lifecycle workflow: `start` it, `watch` what became of it. */
  lifecycle?: readonly ('start' | 'watch')[];
  /** Queues it sends to. */
  sends?: readonly ('manager' | 'usage')[];
  /** Queue it takes from. The toolkit gives functions theirs with their event source. */
  takes?: 'manager';
  /** Whether it may send mail in the service's name. */
  mail?: true;
}

/** Whoever changes something writes the audit trail, and remembers answers by Idempotency-Key: sealed, with the data plane's secret. */
const changes = { table: 'read-write', platformSecrets: ['data-plane'] } as const satisfies Access;

/** Whoever asks for an operation on an instance starts it where nothing is under way, and tells the manager in any case. */
const operations = { lifecycle: ['start'], sends: ['manager'] } as const satisfies Access;

/** Functions of the REST API, by resource. An operation on an instance starts the lifecycle workflow or waits in the table. */
export const apiFunctionAccess: Readonly<Record<string, Access>> = {
  installation: { table: 'read' },
  tools: {},
  // Makes the workspace of whoever signs in without one.
  me: { table: 'read-write' },
  keys: { ...changes, ...operations, secrets: ['write', 'delete', 'restore'] },
  instances: { ...changes, ...operations },
  tokens: changes,
  connections: { table: 'read' },
  logs: { table: 'read' },
  'argument-logging': { ...changes, ...operations },
  metrics: { table: 'read' },
  'alert-rules': changes,
  // The store of alerts opens the secrets of webhooks.
  alerts: { table: 'read', platformSecrets: ['data-plane'] },
  usage: { table: 'read' },
  audit: { table: 'read' },
  // The manager carries rollouts out.
  admin: { ...changes, sends: ['manager'] },
  openapi: {},
};

/** Resources of the API that are not deployed: on AWS, Cognito signs people up and in. */
export const resourcesNotOnAws: ReadonlySet<string> = new Set(['auth']);

/** Functions of the lifecycle workflow, by task. Routes and the tokens that routers present lie sealed in the table. */
export const taskFunctionAccess: Readonly<Record<string, Access>> = {
  BeginOperation: { table: 'read-write', platformSecrets: ['data-plane'], instances: ['watch'] },
  RemoveRoute: { table: 'read-write', platformSecrets: ['data-plane'] },
  StopInstance: { table: 'read-write', platformSecrets: ['data-plane'], instances: ['watch', 'end'] },
  ResolveSecret: { table: 'read-write', secrets: ['read', 'restore', 'open-archive'] },
  LaunchInstance: {
    table: 'read-write',
    secrets: ['read', 'write', 'restore', 'open-archive'],
    platformSecrets: ['data-plane', 'warm-pool'],
    instances: ['watch', 'launch', 'end'],
  },
  AwaitHealthy: { table: 'read', platformSecrets: ['data-plane'], instances: ['watch'] },
  RegisterRoute: { table: 'read-write', platformSecrets: ['data-plane'] },
  MarkRunning: { table: 'read-write', instances: ['watch'] },
  MarkStopped: { table: 'read-write' },
  MarkSleeping: { table: 'read-write' },
  MarkUnauthenticated: { table: 'read-write' },
  MarkFailed: { table: 'read-write' },
  DeleteInstance: { table: 'read-write', platformSecrets: ['data-plane'], instances: ['forget'] },
};

/** Tasks that speak to instances and so run inside the private network. */
export const tasksInNetwork: ReadonlySet<string> = new Set(['StopInstance', 'LaunchInstance', 'AwaitHealthy']);

/** Tasks on the way from a request to a running instance: a customer waits for each of them. */
export const tasksOfAStart: ReadonlySet<string> = new Set(pathOf(lifecycleDefinition, 'launch').calls);

/** Functions that something else than a request or the workflow calls, by their bundle. */
export const eventFunctionAccess = {
  /** Usage batches of routers. */
  'usage-arrived': { table: 'write' },
  /** Log lines of instances. */
  'instance-logs': { table: 'read-write', sends: ['manager'] },
  /** Somebody's first sign-in: makes the workspace. */
  'post-confirmation': { table: 'read-write' },
} as const satisfies Readonly<Record<string, Access>>;

/** The services. */
export const serviceAccess = {
  router: { table: 'route', sends: ['manager', 'usage'] },
  manager: {
    table: 'read-write',
    secrets: ['read', 'write', 'delete', 'restore', 'list', 'archive'],
    platformSecrets: ['warm-pool'],
    instances: ['watch', 'launch', 'end'],
    lifecycle: ['start', 'watch'],
    takes: 'manager',
    mail: true,
  },
} as const satisfies Readonly<Record<string, Access>>;
