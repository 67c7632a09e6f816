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
