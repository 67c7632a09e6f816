import type { ColumnType } from 'kysely';
import type { InstanceMode, InstanceSize } from '../../../core/instance-configuration.ts';
import type { DesiredState, InstanceStatus } from '../../../core/instance-status.ts';
import type { Policy, PolicySwitch } from '../../../core/policy.ts';
import type { WorkspaceRole } from '../../../core/roles.ts';
import type { ToolSelectionName } from '../../../core/tool-selection.ts';
import type {
  AlertDelivery,
  AlertKind,
  AuditEntry,
  InstanceLogEntry,
  InstanceMetricRow,
  Rollout,
  Runtime,
  SmartleadKey,
} from '../../ports.ts';

/** A `jsonb` column: read as a value, written as JSON text. */
type Json<Value> = ColumnType<Value, string, string>;

/**
 * The tables, with columns in camel case as the domain has them (`created_at` in the database is `createdAt` here). Times are read
 * and written as ISO 8601 strings in UTC with milliseconds. The migrations say what each table is for.
 */
export interface Schema {
  users: {
    id: string;
    email: string;
    name: string | null;
    passwordHash: string;
    operator: boolean;
    createdAt: string;
  };
  workspaces: { id: string; name: string; createdAt: string };
  memberships: { userId: string; workspaceId: string; role: WorkspaceRole; createdAt: string };
  refreshSessions: {
    id: string;
    userId: string;
    tokenHash: string;
    createdAt: string;
    expiresAt: string;
    previousTokenHash: ColumnType<string | null, string | undefined, string>;
    rotatedAt: ColumnType<string | null, string | undefined, string>;
  };
  spentRefreshTokens: { tokenHash: string; sessionId: string; sibling: boolean; spentAt: string };
  smartleadKeys: {
    id: string;
    workspaceId: string;
    label: string;
    last4: string;
    status: SmartleadKey['status'];
    secretName: string;
    secretVersion: number;
    createdAt: string;
    rotatedAt: string | null;
  };
  sealedSecrets: { name: string; version: number; sealed: Buffer; createdAt: ColumnType<string, never, never> };
  instances: {
    id: string;
    workspaceId: string;
    name: string;
    keyId: string;
    mode: InstanceMode;
    toolsets: ToolSelectionName[] | null;
    policy: Policy;
    allow: PolicySwitch[];
    allowedTools: string[] | null;
    deniedTools: string[] | null;
    size: InstanceSize;
    sleepAfterSeconds: number | null;
    maxReplicas: number;
    replicas: number;
    argumentLogUntil: string | null;
    desiredState: DesiredState;
    status: InstanceStatus;
    statusReason: string;
    nextStep: string | null;
    runtime: ColumnType<Runtime | null, string | null, string | null>;
    firstConnectedAt: string | null;
    createdAt: string;
    updatedAt: string;
    version: number;
  };
  instanceTokens: {
    id: string;
    instanceId: string;
    workspaceId: string;
    label: string;
    last4: string;
    hash: string;
    createdAt: string;
    expiresAt: string | null;
    lastUsedAt: string | null;
  };
  instanceEvents: { id: string; instanceId: string; time: string; type: string; message: string };
  instanceLogEntries: {
    id: string;
    instanceId: string;
    time: string;
    level: InstanceLogEntry['level'];
    message: string;
    tool: string | null;
    durationMs: number | null;
    outcome: string | null;
    requestId: string | null;
    arguments: string | null;
  };
  instanceMetrics: Omit<InstanceMetricRow, 'tools'> & { tools: Json<InstanceMetricRow['tools']> };
  alertRules: {
    id: string;
    workspaceId: string;
    name: string;
    kind: AlertKind;
    instanceId: string | null;
    threshold: number | null;
    windowMinutes: number;
    emails: string[];
    webhookUrl: string | null;
    sealedWebhookSecret: Buffer | null;
    enabled: boolean;
    createdAt: string;
  };
  alerts: {
    id: string;
    workspaceId: string;
    ruleId: string;
    kind: AlertKind;
    subject: string;
    instanceId: string | null;
    message: string;
    startedAt: string;
    endedAt: string | null;
  };
  alertDeliveries: {
    id: string;
    alertId: string;
    channel: AlertDelivery['channel'];
    recipient: string;
    status: AlertDelivery['status'];
    attempts: number;
    lastError: string | null;
    nextAttemptAt: string | null;
    at: string;
  };
  auditEntries: {
    id: string;
    workspaceId: string | null;
    time: string;
    actor: string;
    action: string;
    target: string | null;
    address: string | null;
    outcome: AuditEntry['outcome'];
    details: Json<AuditEntry['details']>;
  };
  usageBatches: { batchId: string; appliedAt: ColumnType<string, never, never> };
  usageMinutes: {
    instanceId: string;
    workspaceId: string;
    tool: string;
    minute: string;
    calls: number;
    errors: number;
    bytesIn: number;
    bytesOut: number;
    streamSeconds: number;
  };
  idempotencyKeys: {
    scope: string;
    key: string;
    fingerprint: string;
    claimedAt: string;
    expiresAt: string;
    sealedResponse: Buffer | null;
  };
  rollouts: Omit<Rollout, 'upgraded'> & { upgraded: Json<Rollout['upgraded']> };
  signingKeys: {
    id: string;
    algorithm: string;
    publicKey: Json<JsonWebKey>;
    sealedPrivateKey: Buffer;
    createdAt: ColumnType<string, never, never>;
  };
  settings: { name: string; value: Json<string> };
}
