import type { Page, PageRequest } from './time-and-pages.ts';

export const alertKinds = ['instance_failed', 'error_rate', 'key_refused', 'quota_near'] as const;
export type AlertKind = (typeof alertKinds)[number];

/** When a workspace wants to be told, and where. */
export interface AlertRule {
  id: string;
  workspaceId: string;
  name: string;
  kind: AlertKind;
  /** `null` for all instances of the workspace. */
  instanceId: string | null;
  /** Share from 0 to 1: of calls that fail (`error_rate`), or of a quota that is used (`quota_near`); `null` for the other kinds. */
  threshold: number | null;
  /** Minutes over which the error rate is taken. */
  windowMinutes: number;
  emails: string[];
  webhookUrl: string | null;
  enabled: boolean;
  createdAt: string;
}

export type AlertRuleChange = Partial<
  Pick<AlertRule, 'name' | 'instanceId' | 'threshold' | 'windowMinutes' | 'emails' | 'webhookUrl' | 'enabled'>
>;

/** That a rule fired for one thing. */
export interface Alert {
  id: string;
  workspaceId: string;
  ruleId: string;
  kind: AlertKind;
  /** What it is about: the id of an instance, or the name of a quota. A rule has at most one open alert for each. */
  subject: string;
  instanceId: string | null;
  /** In words that a customer understands; never a secret in them. */
  message: string;
  startedAt: string;
  endedAt: string | null;
}

/** One message about an alert to one recipient. */
export interface AlertDelivery {
  id: string;
  alertId: string;
  channel: 'email' | 'webhook';
  /** E-mail address, or URL. */
  recipient: string;
  status: 'pending' | 'sent' | 'failed';
  attempts: number;
  /** Why the last attempt failed, in words; `null` where none has. */
  lastError: string | null;
  /** When the status changed last, or the last attempt began. */
  at: string;
}

/** A message whose turn has come, with all that it takes to write it. */
export interface DueDelivery {
  delivery: AlertDelivery;
  alert: Alert;
  rule: AlertRule;
  /** Signs messages to the rule's webhook; `null` where it has none, or `unreadableSecret` says why it cannot be read. */
  webhookSecret: string | null;
  unreadableSecret?: unknown;
}

export interface AlertStore {
  /**
   * The secret of the webhook is kept sealed. Rejects with ProblemError `limit-reached` where the workspace has as many rules as the
   * limit already.
   */
  createRule(rule: AlertRule, options: { webhookSecret: string | null; limit?: number }): Promise<void>;
  findRule(workspaceId: string, ruleId: string): Promise<AlertRule | undefined>;
  /** `null` where the rule has none. */
  findWebhookSecret(workspaceId: string, ruleId: string): Promise<string | null>;
  listRules(workspaceId: string, page: PageRequest): Promise<Page<AlertRule>>;
  /** All rules of the installation that are enabled or have an open alert, in pages. */
  listWatchedRules(page: PageRequest): Promise<Page<AlertRule>>;
  /** Without `webhookSecret` the present one stays. `undefined` where there is no such rule. */
  updateRule(
    workspaceId: string,
    ruleId: string,
    change: AlertRuleChange,
    webhookSecret?: string | null,
  ): Promise<AlertRule | undefined>;
  /** Takes the rule's alerts and messages along. Answers whether there was one. */
  deleteRule(workspaceId: string, ruleId: string): Promise<boolean>;

  /** Stores the alert with its messages, all or nothing. `false` where the rule has an open one for the subject, or is gone. */
  open(alert: Alert, deliveries: AlertDelivery[]): Promise<boolean>;
  listOpen(ruleIds: readonly string[]): Promise<Alert[]>;
  /** Ends an alert; nothing where it has ended. */
  end(alertId: string, endedAt: string): Promise<void>;
  /** Newest first, each with its messages. */
  list(workspaceId: string, page: PageRequest): Promise<Page<Alert & { deliveries: AlertDelivery[] }>>;

  /**
   * Takes messages whose time has come, at most `limit`, and counts an attempt for each. Nobody else gets them before `leaseUntil`;
   * whoever takes them and dies leaves them to be taken again then. Those of the workspaces in `except` are left.
   */
  claimDue(request: { now: string; leaseUntil: string; limit: number; except?: readonly string[] }): Promise<DueDelivery[]>;
  /** Records how an attempt ended. With `nextAttemptAt` the message is tried again then; its status stays `pending`. */
  settle(
    deliveryId: string,
    outcome: { status: 'sent' | 'failed' | 'pending'; at: string; lastError: string | null; nextAttemptAt?: string },
  ): Promise<void>;
  /** Deletes alerts that ended before the time. Answers how many went. */
  prune(endedBefore: string): Promise<number>;
}

/** What is written to one recipient. */
export interface AlertMessage {
  /** Stays the same when the message is sent again, so that a receiver can tell a repetition. */
  id: string;
  subject: string;
  /** Plain text, one paragraph a line. */
  text: string;
  /** Page of the dashboard about it. */
  link: string;
  /** The same for programs. */
  event: Record<string, string | number | boolean | null | Record<string, string | number | null>>;
}

/** How an attempt to send ended. `final` where trying again cannot help. `error` is in words, without secrets and foreign text. */
export type SendOutcome = { sent: true } | { sent: false; error: string; final: boolean };

export interface MailSender {
  send(to: string, message: AlertMessage): Promise<SendOutcome>;
}

export interface WebhookSender {
  /** Makes a secret for signing messages to one webhook. */
  createSecret(): string;
  /** What is wrong with a URL, in words that follow its name (`must be ...`); `undefined` where it may be called. */
  refuse(url: string): string | undefined;
  send(url: string, secret: string, message: AlertMessage): Promise<SendOutcome>;
}

/** How much of a limit of the workspace is used. */
export interface QuotaUse {
  /** Names the quota within the workspace, such as `instances` or `tokens of ins_...`. */
  quota: string;
  /** The same in words, such as `instances of the workspace`. */
  words: string;
  instanceId: string | null;
  used: number;
  limit: number;
}

export interface QuotaUseReader {
  /** Of every quota of the workspace of which something is used. */
  read(workspaceId: string): Promise<QuotaUse[]>;
}
