import { createIdentifier } from '../../core/identifiers.ts';
import { minuteOf } from '../../core/usage-record.ts';
import { type AlertObservation, decideAlerts } from '../domain/alerts/evaluate.ts';
import { observeErrorRate, observeFailure, observeKey, observeQuota } from '../domain/alerts/observations.ts';
import type { ReportIncident } from '../instance-manager/lifecycle-ports.ts';
import { KeyedQueue } from '../keyed-queue.ts';
import type {
  Alert,
  AlertDelivery,
  AlertRule,
  AlertStore,
  Clock,
  Instance,
  InstanceEvent,
  InstanceStore,
  Page,
  PageRequest,
  QuotaUseReader,
  UsageStore,
} from '../ports.ts';

/** Events after which a rule may have something to tell at once instead of within a minute. */
const tellingEvents: ReadonlySet<string> = new Set(['failed', 'unauthenticated']);

export interface AlertWatchPorts {
  clock: Clock;
  alerts: AlertStore;
  instances: Pick<InstanceStore, 'list' | 'findById'>;
  usage: Pick<UsageStore, 'read'>;
  quotaUse: QuotaUseReader;
  report: ReportIncident;
  /** Told when there are new messages to send. */
  opened(): void;
}

/** Compares what the alert rules wait for with what is the case, and stores what is to be told. Never rejects. */
export class AlertWatch {
  readonly #ports: AlertWatchPorts;
  /** One look at a workspace at a time. */
  readonly #looks = new KeyedQueue();

  constructor(ports: AlertWatchPorts) {
    this.#ports = ports;
  }

  /** Looks at every workspace that has rules. */
  async evaluateAll(): Promise<void> {
    try {
      const workspaces = new Set<string>();
      for await (const rule of everyItem((page) => this.#ports.alerts.listWatchedRules(page))) workspaces.add(rule.workspaceId);
      for (const workspaceId of workspaces) await this.evaluate(workspaceId);
    } catch (cause) {
      this.#ports.report({ message: 'The alert rules could not be read.', cause });
    }
  }

  /** Looks at one workspace. */
  evaluate(workspaceId: string): Promise<void> {
    return this.#looks.run(workspaceId, async () => {
      try {
        await this.#look(workspaceId);
      } catch (cause) {
        this.#ports.report({ message: 'The alert rules of a workspace could not be looked after.', cause });
      }
    });
  }

  /** Takes an event of an instance. */
  async onEvent({ type, instanceId }: Pick<InstanceEvent, 'type' | 'instanceId'>): Promise<void> {
    if (!tellingEvents.has(type)) return;
    try {
      const instance = await this.#ports.instances.findById(instanceId);
      if (instance !== undefined) await this.evaluate(instance.workspaceId);
    } catch (cause) {
      this.#ports.report({ message: 'An event could not be compared with the alert rules.', instanceId, cause });
    }
  }

  async #look(workspaceId: string): Promise<void> {
    const { alerts } = this.#ports;
    const rules: AlertRule[] = [];
    for await (const rule of everyItem((page) => alerts.listRules(workspaceId, page))) rules.push(rule);
    if (rules.length === 0) return;
    const open = await alerts.listOpen(rules.map(({ id }) => id));
    const instances: Instance[] = [];
    for await (const instance of everyItem((page) => this.#ports.instances.list(workspaceId, page))) instances.push(instance);
    const observe = this.#observer(workspaceId, instances);
    for (const rule of rules) {
      const observations = rule.enabled ? await observe(rule) : [];
      const openOfRule = open.filter(({ ruleId }) => ruleId === rule.id);
      const decision = decideAlerts(rule, observations, openOfRule);
      for (const observation of decision.open) await this.#open(rule, observation);
      for (const alert of decision.end) await alerts.end(alert.id, this.#now().toISOString());
    }
  }

  /** Each number is read once, however many rules ask for it. */
  #observer(workspaceId: string, instances: readonly Instance[]): (rule: AlertRule) => Promise<AlertObservation[]> {
    const callsByWindow = new Map<number, Promise<Map<string, { calls: number; errors: number }>>>();
    let quotaUse: ReturnType<QuotaUseReader['read']> | undefined;
    return async (rule) => {
      switch (rule.kind) {
        case 'instance_failed':
          return instances.map(observeFailure);
        case 'key_refused':
          return instances.map(observeKey);
        case 'error_rate': {
          const counted = callsByWindow.get(rule.windowMinutes) ?? this.#countCalls(workspaceId, rule.windowMinutes);
          callsByWindow.set(rule.windowMinutes, counted);
          const calls = await counted;
          return instances.map((instance) => observeErrorRate(rule, instance, calls.get(instance.id) ?? { calls: 0, errors: 0 }));
        }
        case 'quota_near':
          quotaUse ??= this.#ports.quotaUse.read(workspaceId);
          return (await quotaUse).map((use) => observeQuota(rule, use));
      }
    };
  }

  async #countCalls(workspaceId: string, windowMinutes: number): Promise<Map<string, { calls: number; errors: number }>> {
    const now = this.#now();
    const rows = await this.#ports.usage.read(workspaceId, {
      from: minuteOf(new Date(now.getTime() - windowMinutes * 60_000)),
      to: now.toISOString(),
      step: 'day',
    });
    const counts = new Map<string, { calls: number; errors: number }>();
    for (const { instanceId, calls, errors } of rows) {
      const count = counts.get(instanceId) ?? { calls: 0, errors: 0 };
      counts.set(instanceId, { calls: count.calls + calls, errors: count.errors + errors });
    }
    return counts;
  }

  async #open(rule: AlertRule, { subject, instanceId, message }: AlertObservation): Promise<void> {
    const now = this.#now();
    const at = now.toISOString();
    const alert: Alert = {
      id: createIdentifier('alert', now.getTime()),
      workspaceId: rule.workspaceId,
      ruleId: rule.id,
      kind: rule.kind,
      subject,
      instanceId,
      message,
      startedAt: at,
      endedAt: null,
    };
    const delivery = (channel: AlertDelivery['channel'], recipient: string): AlertDelivery => ({
      id: createIdentifier('delivery', now.getTime()),
      alertId: alert.id,
      channel,
      recipient,
      status: 'pending',
      attempts: 0,
      lastError: null,
      at,
    });
    const deliveries = [
      ...rule.emails.map((address) => delivery('email', address)),
      ...(rule.webhookUrl === null ? [] : [delivery('webhook', rule.webhookUrl)]),
    ];
    if (await this.#ports.alerts.open(alert, deliveries)) this.#ports.opened();
  }

  #now(): Date {
    return this.#ports.clock.now();
  }
}

async function* everyItem<Item>(list: (page: PageRequest) => Promise<Page<Item>>): AsyncGenerator<Item, void, undefined> {
  let cursor: string | undefined;
  do {
    const page = await list({ limit: 100, cursor });
    yield* page.items;
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
}
