import { randomBytes } from 'node:crypto';
import type {
  AdminHealth,
  Alert,
  AlertRule,
  AuditEntry,
  Instance,
  InstanceEvent,
  InstanceMetrics,
  InstanceToken,
  LogEntry,
  Rollout,
  SmartleadKey,
  UsageRow,
  Versions,
} from '../../frontend/api/contract.ts';
import { fakeAlertRules, fakeAlerts } from './fake-alerts.ts';
import { fakeHealth, fakeRollouts, fakeVersions } from './fake-operators.ts';

export interface Account {
  id: string;
  email: string;
  name: string | null;
  password: string;
}

/** Everything the fake API knows. Tests look into it and change it. */
export interface FakeState {
  sandbox: boolean;
  signUps: 'open' | 'closed';
  account: Account | undefined;
  /** Access tokens that are accepted now. */
  accessTokens: Set<string>;
  /** The one refresh token that is valid now. */
  refreshToken: string | undefined;
  /** Set once a spent refresh token was presented; the real service would end the session. */
  refreshTokenReused: boolean;
  keys: SmartleadKey[];
  instances: Instance[];
  tokens: Map<string, InstanceToken[]>;
  events: Map<string, InstanceEvent[]>;
  logs: Map<string, LogEntry[]>;
  /** What a running instance tells of itself. */
  live: InstanceMetrics['live'];
  usage: UsageRow[];
  audit: AuditEntry[];
  alertRules: AlertRule[];
  alerts: Alert[];
  /** Whether the account is an operator's. */
  operator: boolean;
  health: AdminHealth;
  versions: Versions;
  rollouts: Rollout[];
  /** Keeps rollouts under way where they are. */
  rolloutsStand: boolean;
  /** Whether nothing was measured of any instance. */
  unmeasured: boolean;
  /** Answers every request below /v1 with 503 while it is true. */
  down: boolean;
  /** Milliseconds from a start until the instance runs. */
  startMilliseconds: number;
}

export function emptyState(): FakeState {
  return {
    sandbox: false,
    signUps: 'open',
    account: undefined,
    accessTokens: new Set(),
    refreshToken: undefined,
    refreshTokenReused: false,
    keys: [],
    instances: [],
    tokens: new Map(),
    events: new Map(),
    logs: new Map(),
    live: {
      sessions: 3,
      memoryBytes: 81 * 1024 * 1024,
      uptimeSeconds: 4_830,
      rateLimit: {
        perSecond: 5,
        perMinute: 50,
        usedLastMinute: 12,
        waiting: 0,
        pausedSeconds: 0,
        remaining: null,
        learned: false,
      },
    },
    usage: [],
    audit: [],
    alertRules: [],
    alerts: [],
    operator: true,
    health: fakeHealth(),
    versions: fakeVersions(),
    rollouts: [],
    rolloutsStand: false,
    unmeasured: false,
    down: false,
    startMilliseconds: 300,
  };
}

/** A new identifier with the prefix of its kind. */
export function identifier(prefix: string): string {
  return `${prefix}_${randomBytes(13).toString('hex')}`;
}

export const owner = { id: 'usr_owner', email: 'ada@example.com', name: 'Ada Byron', password: 'correct horse battery' };

const minute = 60_000;
const hour = 60 * minute;
const ago = (milliseconds: number) => new Date(Date.now() - milliseconds).toISOString();

/** A workspace some weeks into its life: instances in several states, calls, logs, an audit trail. */
export function livelyState(base: string): FakeState {
  const state = emptyState();
  state.account = owner;
  state.alertRules = fakeAlertRules();
  state.alerts = fakeAlerts();
  state.rollouts = fakeRollouts();
  state.keys = [
    {
      id: 'key_main',
      label: 'Northwind outreach',
      last4: '8f2c',
      status: 'valid',
      createdAt: ago(21 * 24 * hour),
      rotatedAt: ago(3 * 24 * hour),
    },
    {
      id: 'key_client',
      label: 'Client: Contoso',
      last4: 'a91d',
      status: 'refused',
      createdAt: ago(9 * 24 * hour),
      rotatedAt: null,
    },
    { id: 'key_spare', label: 'Spare key', last4: '0b7e', status: 'valid', createdAt: ago(2 * hour), rotatedAt: null },
  ];
  state.instances = [
    instance(base, 'ins_main', 'Northwind campaigns', 'running', { firstConnectedAt: ago(20 * 24 * hour) }),
    instance(base, 'ins_new', 'Reply triage', 'provisioning', {
      statusReason: 'The instance is being started. This takes a few seconds.',
    }),
    instance(base, 'ins_refused', 'Contoso reporting', 'unauthenticated', {
      keyId: 'key_client',
      statusReason: 'Smartlead refuses the API key of this instance.',
      nextStep: 'Create a new API key in your Smartlead settings and rotate the key here. The URL stays the same.',
    }),
    instance(base, 'ins_asleep', 'Weekly report', 'sleeping', {
      firstConnectedAt: ago(6 * 24 * hour),
      maxReplicas: 3,
      replicas: 0,
      statusReason: 'The instance sleeps: nobody called it for a while. The next call wakes it.',
    }),
    instance(base, 'ins_stopped', 'Deliverability watch', 'stopped', {
      statusReason: 'The instance was stopped and answers nobody.',
      nextStep: 'Start it when you need it again.',
    }),
  ];
  state.tokens.set('ins_main', [
    {
      id: 'tok_1',
      label: 'n8n production',
      last4: 'Qm3x',
      createdAt: ago(20 * 24 * hour),
      expiresAt: null,
      lastUsedAt: ago(2 * minute),
    },
    {
      id: 'tok_2',
      label: 'Claude on the laptop',
      last4: 'u0Zk',
      createdAt: ago(6 * 24 * hour),
      expiresAt: ago(-84 * 24 * hour),
      lastUsedAt: null,
    },
  ]);
  const tools = [
    'campaigns_get_all',
    'leads_list_by_campaign',
    'analytics_campaign_statistics',
    'mailboxes_get_all',
    'inbox_fetch_replies',
  ];
  state.logs.set(
    'ins_main',
    Array.from({ length: 140 }, (_, index) => logEntry(index, tools)),
  );
  state.events.set('ins_main', [
    { id: 'evt_3', time: ago(3 * 24 * hour), type: 'healthy', message: 'The instance answers again, with the new key.' },
    {
      id: 'evt_2',
      time: ago(3 * 24 * hour + minute),
      type: 'exited',
      message: 'The instance ended with exit code 1 and was started again.',
    },
    { id: 'evt_1', time: ago(21 * 24 * hour), type: 'launched', message: 'The instance was started.' },
  ]);
  for (let hours = 0; hours < 30 * 24; hours += 1) {
    const busy = Math.max(0, Math.round(14 + 12 * Math.sin(hours / 3.7) + 6 * Math.sin(hours / 1.3)));
    for (const tool of ['(stream)', '(protocol)']) {
      state.usage.push({ instanceId: 'ins_main', tool, time: ago(hours * hour), calls: 0, errors: 0 });
    }
    for (const [index, tool] of tools.entries()) {
      const calls = Math.round(busy / (index + 1));
      if (calls === 0) continue;
      state.usage.push({
        instanceId: 'ins_main',
        tool,
        time: ago(hours * hour),
        calls,
        errors: hours % 7 === index ? Math.ceil(calls / 9) : 0,
      });
    }
  }
  const actions = [
    'instance.create',
    'key.create',
    'token.create',
    'instance.restart',
    'key.rotate',
    'account.sign-in',
    'token.delete',
  ];
  state.audit = Array.from({ length: 64 }, (_, index) => ({
    id: identifier('aud'),
    time: ago(index * 3 * hour),
    actor: index % 9 === 8 ? 'system' : `user:${owner.id}`,
    action: actions[index % actions.length] ?? 'instance.create',
    target: index % 3 === 0 ? 'ins_01k8z3x5v7c9b2n4m6q8r0t2w4' : 'key_01k8z3x5v7c9b2n4m6q8r0t2w4',
    address: '203.0.113.24',
    outcome: index % 11 === 5 ? 'refused' : 'success',
    details: index % 2 === 0 ? { label: 'Northwind outreach' } : {},
  }));
  return state;
}

/** An instance as the API answers it. */
export function instance(
  base: string,
  id: string,
  name: string,
  status: Instance['status'],
  rest: Partial<Instance> = {},
): Instance {
  return {
    id,
    name,
    keyId: 'key_main',
    mode: 'both',
    toolsets: null,
    policy: 'read-only',
    allow: [],
    allowedTools: null,
    deniedTools: null,
    size: 'small',
    sleepAfterSeconds: 900,
    maxReplicas: 1,
    replicas: 1,
    argumentLogUntil: null,
    status,
    statusReason: 'The instance is running and answers its clients.',
    nextStep: null,
    urls: { sse: `${base}/i/${id}/sse`, messages: `${base}/i/${id}/messages`, mcp: `${base}/i/${id}/mcp` },
    firstConnectedAt: null,
    createdAt: ago(21 * 24 * hour),
    updatedAt: ago(hour),
    ...rest,
  };
}

/** How some of the latest calls ended, by their place. */
const outcomes: Record<number, string> = { 1: 'not_allowed', 2: 'confirmation_required', 3: 'declined', 5: 'outcome_unknown' };

function logEntry(index: number, tools: readonly string[]): LogEntry {
  const id = `log_${String(100_000 - index)}`;
  const time = ago(index * 47_000 + 9_000);
  if (index % 13 === 4) return { id, time, level: 'debug', message: 'Session kept alive' };
  if (index % 17 === 6) {
    return { id, time, level: 'warn', message: 'Smartlead asked to slow down; the call was tried again', tool: tools[1] ?? '' };
  }
  const outcome = outcomes[index] ?? (index % 19 === 8 ? 'smartlead_rate_limited' : 'ok');
  const failed = outcome !== 'ok';
  return {
    id,
    time,
    level: failed ? 'error' : 'info',
    message: failed ? 'Tool call failed' : 'Tool call answered',
    tool: tools[index % tools.length] ?? '',
    durationMs: 80 + ((index * 137) % 1900),
    outcome,
    requestId: `req_${String(7_000 + index)}`,
  };
}
