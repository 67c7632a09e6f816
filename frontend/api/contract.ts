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
  /** `null` offers every toolset. */
  toolsets: Toolset[] | null;
  policy: Policy;
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
