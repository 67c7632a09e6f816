import { AlertOutbox } from '../../../functions/events/alert-outbox.ts';
import { AlertWatch } from '../../../functions/events/alert-watch.ts';
import type { AlertRule, Instance, QuotaUse } from '../../../functions/ports.ts';
import { newInstance } from '../adapters/store-contract/fixtures.ts';
import { InMemoryMailSender, InMemoryWebhookSender } from '../in-memory/alert-senders.ts';
import { InMemoryAlertStore } from '../in-memory/alert-store.ts';
import { InMemoryClock } from '../in-memory/clock.ts';
import { InMemoryInstanceStore } from '../in-memory/instance-store.ts';
import { InMemoryUsageStore } from '../in-memory/usage-store.ts';

export const workspaceId = 'ws_1';

/** Watch and outbox over fakes, with one rule of each recipient. */
export function createAlerting() {
  const clock = new InMemoryClock();
  const alerts = new InMemoryAlertStore();
  const instances = new InMemoryInstanceStore();
  const usage = new InMemoryUsageStore();
  const mail = new InMemoryMailSender();
  const webhooks = new InMemoryWebhookSender();
  const quotaUse: QuotaUse[] = [];
  const incidents: string[] = [];
  const report = ({ message }: { message: string }) => void incidents.push(message);
  const newOutbox = () => new AlertOutbox({ clock, alerts, mail, webhooks, publicUrl: () => 'https://mcp.example.com', report });
  const outbox = newOutbox();
  const ports = { clock, alerts, instances, usage, quotaUse: { read: async () => quotaUse }, report };
  const watch = new AlertWatch({ ...ports, opened: () => void outbox.deliver() });

  async function addRule(overrides: Partial<AlertRule> = {}): Promise<AlertRule> {
    const rule: AlertRule = {
      ...{
        id: `alr_${overrides.kind ?? 'instance_failed'}`,
        workspaceId,
        name: 'Rule',
        kind: 'instance_failed',
        instanceId: null,
      },
      ...{ threshold: null, windowMinutes: 15, emails: ['ada@example.com'], webhookUrl: 'https://hooks.example.com/1' },
      ...{ enabled: true, createdAt: clock.now().toISOString() },
      ...overrides,
    };
    await alerts.createRule(rule, { webhookSecret: rule.webhookUrl === null ? null : 'whsec_1' });
    return rule;
  }

  async function addInstance(status: Instance['status'] = 'running'): Promise<Instance> {
    const instance = newInstance(workspaceId, 'key_1', { status });
    await instances.create(instance);
    return instance;
  }

  const list = async () => (await alerts.list(workspaceId, { limit: 100 })).items;
  return {
    clock,
    alerts,
    instances,
    usage,
    mail,
    webhooks,
    quotaUse,
    incidents,
    newOutbox,
    outbox,
    watch,
    addRule,
    addInstance,
    list,
  };
}
