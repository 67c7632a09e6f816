/**
 * What each function may do on AWS, as a table: one line a function, in the words of the platform. `constructs/access-policy.ts` turns a
 * line into IAM statements. A function without a line cannot be deployed, so nobody forgets to decide.
 */

export interface FunctionAccess {
  /** Items of the platform table. There is no access that scans. */
  table?: 'read' | 'read-write';
  /** Customers' secrets: `read` their values, `write` new versions, `delete` them. */
  secrets?: readonly ('read' | 'write' | 'delete')[];
  /** Whether it may start the lifecycle workflow. */
  lifecycle?: 'start';
}

/**
 * Functions of the REST API, by resource. Whoever changes something writes the audit trail and remembers answers by
 * Idempotency-Key, hence `read-write`.
 */
export const apiFunctionAccess: Readonly<Record<string, FunctionAccess>> = {
  installation: { table: 'read' },
  tools: {},
  me: { table: 'read' },
  keys: { table: 'read-write', secrets: ['write', 'delete'], lifecycle: 'start' },
  instances: { table: 'read-write', lifecycle: 'start' },
  tokens: { table: 'read-write' },
  connections: { table: 'read' },
  logs: { table: 'read' },
  'argument-logging': { table: 'read-write', lifecycle: 'start' },
  metrics: { table: 'read' },
  'alert-rules': { table: 'read-write' },
  alerts: { table: 'read' },
  usage: { table: 'read' },
  audit: { table: 'read' },
  admin: { table: 'read-write' },
  openapi: {},
};

/** Resources of the API that are not deployed: on AWS, Cognito signs people up and in. */
export const resourcesNotOnAws: ReadonlySet<string> = new Set(['auth']);

/** Functions of the lifecycle workflow, by task. */
export const taskFunctionAccess: Readonly<Record<string, FunctionAccess>> = {
  BeginOperation: { table: 'read-write' },
  RemoveRoute: { table: 'read-write' },
  StopInstance: { table: 'read-write', secrets: ['delete'] },
  ResolveSecret: { table: 'read-write', secrets: ['read'] },
  LaunchInstance: { table: 'read-write', secrets: ['read', 'write'] },
  AwaitHealthy: { table: 'read', secrets: ['read'] },
  RegisterRoute: { table: 'read-write', secrets: ['read'] },
  MarkRunning: { table: 'read-write' },
  MarkStopped: { table: 'read-write' },
  MarkSleeping: { table: 'read-write' },
  MarkUnauthenticated: { table: 'read-write' },
  MarkFailed: { table: 'read-write' },
  DeleteInstance: { table: 'read-write', secrets: ['delete'] },
};

/** Tasks that speak to instances and so run inside the private network. */
export const tasksInNetwork: ReadonlySet<string> = new Set(['AwaitHealthy']);
