/**
 * What the REST API sends and takes, as far as the dashboard uses it. Written against the published contract
 * (`GET /v1/openapi.json`); times are ISO 8601 strings in UTC.
 */

export interface Installation {
  scale: 'single' | 'team' | 'saas';
  /** True where the service talks to a simulated Smartlead. */
  sandbox: boolean;
  signUps: 'open' | 'closed';
  hasAccounts: boolean;
  version: string;
}

export interface User {
  id: string;
  email: string;
  name: string | null;
  operator: boolean;
  createdAt: string;
}

export interface Workspace {
  id: string;
  name: string;
  createdAt: string;
}

/** Answer to sign-up, sign-in and refresh. */
export interface SessionAnswer {
  user: User;
  workspace: Workspace;
  role: 'owner' | 'admin' | 'member' | 'viewer';
  accessToken: string;
  /** Seconds. */
  expiresIn: number;
}

export interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
}

export interface SmartleadKey {
  id: string;
  label: string;
  last4: string;
  status: 'valid' | 'refused';
  createdAt: string;
  rotatedAt: string | null;
}

export type InstanceStatus =
  | 'provisioning'
  | 'running'
  | 'sleeping'
  | 'restarting'
  | 'stopping'
  | 'stopped'
  | 'unauthenticated'
  | 'suspended'
  | 'failed';

export type InstanceMode = 'both' | 'sse' | 'stdio';
export type InstanceSize = 'small' | 'medium' | 'large';
export type Policy = 'read-only' | 'standard' | 'full';

/** What no policy allows by itself, in the order in which the API answers them. */
export const policySwitches = ['send', 'destroy', 'spend', 'secrets'] as const;
export type PolicySwitch = (typeof policySwitches)[number];

export const toolsets = [
  'campaigns',
  'leads',
  'inbox',
  'mailboxes',
  'analytics',
  'deliverability',
  'prospecting',
  'senders',
  'agency',
  'webhooks',
] as const;
export type Toolset = (typeof toolsets)[number];

export const profiles = ['campaign-builder', 'inbox-agent', 'analyst', 'deliverability'] as const;
export type Profile = (typeof profiles)[number];

/** What may stand in an instance's `toolsets`: sets, or one profile, or discovery. `deliverability` alone is the profile. */
export type ToolSelectionName = Toolset | Profile | 'discovery';

export type ToolSelectionKind = 'full' | 'profile' | 'toolset' | 'discovery';

/** How large one selection of tools is. A set and a profile may share a name. */
export interface ToolSelectionSize {
  name: ToolSelectionName | 'full';
  kind: ToolSelectionKind;
  tools: number;
  /** Of the list of tools as clients read it. */
  bytes: number;
  /** The same for a model, estimated. */
  tokens: number;
}

export interface ToolName {
  name: string;
  toolset: Toolset;
}

/** Which tools instances can offer. */
export interface Tools {
  selections: ToolSelectionSize[];
  tools: ToolName[];
}

export interface InstanceUrls {
  sse: string;
  messages: string;
  mcp: string;
}

export interface Instance {
  id: string;
  name: string;
  keyId: string;
  mode: InstanceMode;
  /** `null` offers every tool. */
  toolsets: ToolSelectionName[] | null;
  policy: Policy;
  /** Switches that are on. */
  allow: PolicySwitch[];
  /** Where there are any, no other tool may be called. */
  allowedTools: string[] | null;
  deniedTools: string[] | null;
  size: InstanceSize;
  /** Seconds without a call after which the instance is put to sleep; `null`: never. */
  sleepAfterSeconds: number | null;
  /** The most processes that may serve it at once. */
  maxReplicas: number;
  /** How many serve it now. */
  replicas: number;
  /** Until when the arguments of calls are logged; `null` where they are not. */
  argumentLogUntil: string | null;
  status: InstanceStatus;
  statusReason: string;
  nextStep: string | null;
  urls: InstanceUrls;
  firstConnectedAt: string | null;
  createdAt: string;
  updatedAt: string;
}

export interface InstanceToken {
  id: string;
  label: string;
  last4: string;
  createdAt: string;
  expiresAt: string | null;
  lastUsedAt: string | null;
}

/** The one answer that carries the token itself. */
export interface CreatedInstanceToken extends InstanceToken {
  token: string;
}

export type ConnectionClient = 'n8n' | 'claude-desktop' | 'claude-code' | 'cursor' | 'vscode' | 'supergateway' | 'mcp-remote';

export interface Connection {
  client: ConnectionClient;
  title: string;
  transport: 'sse' | 'streamable-http' | 'stdio';
  language: 'json' | 'bash' | 'text';
  snippet: string;
  steps: string[];
}

export interface Connections {
  urls: InstanceUrls;
  connections: Connection[];
}

/** What snippets carry where the token belongs. */
export const tokenPlaceholder = 'YOUR_INSTANCE_TOKEN';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface LogEntry {
  id: string;
  time: string;
  level: LogLevel;
  message: string;
  tool?: string | null;
  durationMs?: number | null;
  /** `ok`, or a stable error code. */
  outcome?: string | null;
  requestId?: string | null;
  /** What was sent to the tool, as JSON text; only of the time in which the owner had it logged. */
  arguments?: string | null;
}

export interface InstanceEvent {
  id: string;
  time: string;
  type: string;
  message: string;
}

export interface CallCount {
  calls: number;
  errors: number;
}

/** State of an instance's rate limit towards Smartlead. */
export interface RateLimit {
  perSecond: number;
  perMinute: number;
  usedLastMinute: number;
  waiting: number;
  /** Seconds for which Smartlead wants no call. */
  pausedSeconds: number;
  /** Calls that may still leave in the present window; `null` where it is not told. */
  remaining: number | null;
  learned: boolean;
}

export interface InstanceMetrics {
  lastHour: CallCount;
  lastDay: CallCount;
  /** `null` where the instance does not run or did not answer. */
  live: {
    sessions: number | null;
    memoryBytes: number | null;
    uptimeSeconds: number | null;
    /** `null` where the instance has no limit of its own. */
    rateLimit: RateLimit | null;
  } | null;
  series: MetricSeries;
}

export type MetricStep = 'minute' | 'hour';

/** One step of an instance's life; `null` where a number is not known. */
export interface MetricPoint {
  /** Start of the minute or hour. */
  time: string;
  calls: number | null;
  errors: number | null;
  p50Ms: number | null;
  p95Ms: number | null;
  p99Ms: number | null;
  bytesIn: number | null;
  bytesOut: number | null;
  streams: number | null;
  streamSeconds: number | null;
  memoryBytes: number | null;
  cpuPercent: number | null;
  restarts: number | null;
  wakes: number | null;
  wakeMs: number | null;
  rateLimitRemaining: number | null;
}

export interface ToolMetrics {
  tool: string;
  calls: number;
  errors: number;
  p50Ms: number | null;
  p95Ms: number | null;
  p99Ms: number | null;
}

export interface MetricSeries {
  from: string;
  to: string;
  step: MetricStep;
  points: MetricPoint[];
  /** Calls of the whole period tool by tool, the most called first. */
  tools: ToolMetrics[];
}

export type UsageStep = 'minute' | 'hour' | 'day';

export interface UsageRow {
  instanceId: string;
  tool: string;
  /** Start of the minute, hour or day the counts cover. */
  time: string;
  calls: number;
  errors: number;
}

export interface Usage {
  from: string;
  to: string;
  step: UsageStep;
  totals: { calls: number; errors: number };
  items: UsageRow[];
}

export interface AuditEntry {
  id: string;
  time: string;
  actor: string;
  action: string;
  target: string | null;
  address: string | null;
  outcome: 'success' | 'refused';
  details: Record<string, string | number | boolean | null>;
}

export const alertKinds = ['instance_failed', 'error_rate', 'key_refused', 'quota_near'] as const;
export type AlertKind = (typeof alertKinds)[number];

/** When to tell whom. */
export interface AlertRule {
  id: string;
  name: string;
  kind: AlertKind;
  /** `null`: every instance of the workspace. */
  instanceId: string | null;
  /** A share from 0 to 1: of failed calls for `error_rate`, of a quota for `quota_near`; `null` for the other kinds. */
  threshold: number | null;
  /** Minutes over which `error_rate` looks; of no meaning for the other kinds. */
  windowMinutes: number;
  emails: string[];
  webhookUrl: string | null;
  enabled: boolean;
  createdAt: string;
  /** Why not everybody can be told; `null` where nothing is in the way. */
  problem: string | null;
}

/** What can be chosen about a rule. */
export type AlertRuleSettings = Omit<AlertRule, 'id' | 'createdAt' | 'problem'>;

/** The answer that makes a webhook is the only one that carries its secret. */
export interface SavedAlertRule extends AlertRule {
  webhookSecret?: string | null;
}

export interface AlertDelivery {
  channel: 'email' | 'webhook';
  status: 'sent' | 'failed' | 'pending';
  attempts: number;
  lastError: string | null;
  at: string;
}

/** One time a rule held: from the moment it was noticed until it was over. */
export interface Alert {
  id: string;
  ruleId: string;
  kind: AlertKind;
  instanceId: string | null;
  startedAt: string;
  endedAt: string | null;
  message: string;
  deliveries: AlertDelivery[];
}

/** Whether everything that exists belongs to exactly one live instance, and every instance that should run does. */
export interface AdminHealth {
  checkedAt: string;
  holds: boolean;
  counts: { instances: number; processes: number; routes: number; secrets: number; tokens: number };
  violations: Violation[];
  components: { name: string; status: 'ok' | 'failing'; detail: string | null }[];
}

export interface Violation {
  /** A stable code such as `process_without_instance`. */
  kind: string;
  /** What it is about, such as a process id or the name of a secret. */
  subject: string;
  instanceId: string | null;
  detail: string;
}

export interface AdminInstance {
  id: string;
  workspaceId: string;
  name: string;
  status: InstanceStatus;
  statusReason: string;
  runtime: { launcher: string; ref: string; address: string } | null;
}

export type RolloutStatus = 'canary' | 'rolling' | 'done' | 'rolled_back' | 'failed';

/** A new version on its way through the running instances. */
export interface Rollout {
  id: string;
  version: string;
  previousVersion: string;
  status: RolloutStatus;
  total: number;
  done: number;
  failedInstanceId: string | null;
  reason: string | null;
  startedAt: string;
  endedAt: string | null;
}

export interface InstalledVersion {
  version: string;
  installedAt: string;
  /** How many instances run it. */
  instances: number;
}

export interface Versions {
  /** The version new instances start with; null where none is installed. */
  current: string | null;
  items: InstalledVersion[];
}
