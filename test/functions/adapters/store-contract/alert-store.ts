import { describe, expect, it } from 'vitest';
import { createIdentifier } from '../../../../core/identifiers.ts';
import type { Alert, AlertDelivery, AlertRule } from '../../../../functions/ports.ts';
import { afterNoon, givenInstance, givenWorkspace, newKey, newToken, noon } from './fixtures.ts';
import { newestFirstInPages } from './newest-first-in-pages.ts';
import { type OpenStores, readAllPages, type Stores, useStores } from './stores.ts';

export function alertStoreContract(open: OpenStores): void {
  describe('alert store', () => {
    const stores = useStores(open);

    it('keeps rules, their changes, and the secrets of their webhooks', async () => {
      const rule = await givenRule(stores(), { webhookSecret: 'whsec_one' });
      const { alerts } = stores();
      expect(await alerts.findRule(rule.workspaceId, rule.id)).toEqual(rule);
      expect(await alerts.findWebhookSecret(rule.workspaceId, rule.id)).toBe('whsec_one');
      const changed = await alerts.updateRule(rule.workspaceId, rule.id, { name: 'Other', emails: [], enabled: false });
      expect(changed).toEqual({ ...rule, name: 'Other', emails: [], enabled: false });
      expect(await alerts.findWebhookSecret(rule.workspaceId, rule.id)).toBe('whsec_one');
      await alerts.updateRule(rule.workspaceId, rule.id, { webhookUrl: null }, null);
      expect(await alerts.findWebhookSecret(rule.workspaceId, rule.id)).toBeNull();
      expect(await alerts.updateRule(rule.workspaceId, rule.id, {})).toMatchObject({ webhookUrl: null });
    });

    it('shows, changes and deletes no rule of another workspace', async () => {
      const rule = await givenRule(stores(), { webhookSecret: 'whsec_one' });
      const { alerts } = stores();
      const stranger = await givenWorkspace(stores());
      expect(await alerts.findRule(stranger, rule.id)).toBeUndefined();
      expect(await alerts.findWebhookSecret(stranger, rule.id)).toBeNull();
      expect(await alerts.updateRule(stranger, rule.id, { name: 'Mine' }, 'whsec_two')).toBeUndefined();
      expect(await alerts.deleteRule(stranger, rule.id)).toBe(false);
      expect((await alerts.listRules(stranger, { limit: 10 })).items).toEqual([]);
      expect(await alerts.findRule(rule.workspaceId, rule.id)).toEqual(rule);
    });

    it('takes no more rules than allowed, also where they come at once', async () => {
      const workspaceId = await givenWorkspace(stores());
      const outcomes = await Promise.allSettled(
        Array.from({ length: 5 }, () => stores().alerts.createRule(newRule(workspaceId), { webhookSecret: null, limit: 3 })),
      );
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
      expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { type: 'limit-reached' } });
    });

    it('opens one alert for each subject of a rule until it has ended, also where many open it at once', async () => {
      const rule = await givenRule(stores());
      const { alerts } = stores();
      const opened = await Promise.all(Array.from({ length: 8 }, () => alerts.open(newAlert(rule), [])));
      expect(opened.filter(Boolean)).toHaveLength(1);
      expect(await alerts.open(newAlert(rule, { subject: 'other' }), [])).toBe(true);
      const open = await alerts.listOpen([rule.id]);
      expect(open.map(({ subject }) => subject).sort()).toEqual(['ins_1', 'other']);
      const [first] = open.filter(({ subject }) => subject === 'ins_1');
      await alerts.end(first?.id ?? '', afterNoon(1));
      await alerts.end(first?.id ?? '', afterNoon(2));
      expect(await alerts.open(newAlert(rule, { startedAt: afterNoon(3) }), [])).toBe(true);
      const { items } = await alerts.list(rule.workspaceId, { limit: 10 });
      expect(items.map(({ endedAt }) => endedAt)).toContain(afterNoon(1));
      expect(await alerts.listOpen([])).toEqual([]);
    });

    it('watches rules that are enabled, and others while they have an open alert', async () => {
      const { alerts } = stores();
      const [enabled, off, ending] = [await givenRule(stores()), await givenRule(stores()), await givenRule(stores())];
      await alerts.open(newAlert(ending), []);
      for (const { workspaceId, id } of [off, ending]) await alerts.updateRule(workspaceId, id, { enabled: false });
      const watched = (await readAllPages((page) => alerts.listWatchedRules(page), 2)).map(({ id }) => id);
      expect(watched).toEqual(expect.arrayContaining([enabled.id, ending.id]));
      expect(watched).not.toContain(off.id);
    });

    it('takes alerts and messages along with their rule, and opens none for a rule that is gone', async () => {
      const rule = await givenRule(stores());
      const { alerts } = stores();
      const alert = newAlert(rule);
      await alerts.open(alert, [newDelivery(alert)]);
      expect(await alerts.deleteRule(rule.workspaceId, rule.id)).toBe(true);
      expect((await alerts.list(rule.workspaceId, { limit: 10 })).items).toEqual([]);
      expect(await alerts.open(newAlert(rule), [])).toBe(false);
      expect(await claimOf(stores(), rule, afterNoon(10))).toEqual([]);
    });

    it('gives a message to one who asks at a time, and again when its lease is over', async () => {
      const rule = await givenRule(stores(), { webhookSecret: 'whsec_one' });
      const { alerts } = stores();
      const alert = newAlert(rule);
      const delivery = newDelivery(alert);
      await alerts.open(alert, [delivery]);
      expect(await claimOf(stores(), rule, afterNoon(-1))).toEqual([]);
      const claims = await Promise.all(Array.from({ length: 4 }, () => claimOf(stores(), rule, noon)));
      expect(claims.flat()).toEqual([
        { delivery: { ...delivery, attempts: 1, at: noon }, alert, rule, webhookSecret: 'whsec_one' },
      ]);
      expect(await claimOf(stores(), rule, afterNoon(59_999))).toEqual([]);
      expect(await claimOf(stores(), rule, afterNoon(60_000))).toMatchObject([{ delivery: { id: delivery.id, attempts: 2 } }]);
    });

    it('leaves the messages of workspaces that are excepted', async () => {
      const { alerts } = stores();
      const [busy, free] = [await givenRule(stores()), await givenRule(stores())];
      for (const alert of [newAlert(busy), newAlert(free)]) await alerts.open(alert, [newDelivery(alert)]);
      const except = [busy.workspaceId, 'ws_unknown'];
      const due = await alerts.claimDue({ now: noon, leaseUntil: afterNoon(60_000), limit: 100, except });
      const ruleIds = due.map(({ rule }) => rule.id);
      expect(ruleIds).toContain(free.id);
      expect(ruleIds).not.toContain(busy.id);
      expect(await claimOf(stores(), busy, noon)).toMatchObject([{ delivery: { attempts: 1 } }]);
    });

    it('notes how an attempt ended, and when the next one is due', async () => {
      const rule = await givenRule(stores());
      const { alerts } = stores();
      const alert = newAlert(rule);
      const deliveries = [newDelivery(alert), newDelivery(alert), newDelivery(alert)];
      await alerts.open(alert, deliveries);
      expect(await claimOf(stores(), rule, noon)).toHaveLength(3);
      const [sent, failed, again] = deliveries.map(({ id }) => id) as [string, string, string];
      await alerts.settle(sent, { status: 'sent', at: afterNoon(5), lastError: null });
      await alerts.settle(failed, { status: 'failed', at: afterNoon(6), lastError: 'No.' });
      const later = { status: 'pending', at: afterNoon(7), lastError: 'Busy.', nextAttemptAt: afterNoon(100_000) } as const;
      await alerts.settle(again, later);
      const [shown] = (await alerts.list(rule.workspaceId, { limit: 10 })).items;
      const byId = new Map(shown?.deliveries.map((each) => [each.id, each]));
      expect(byId.get(sent)).toMatchObject({ status: 'sent', attempts: 1, lastError: null, at: afterNoon(5) });
      expect(byId.get(failed)).toMatchObject({ status: 'failed', lastError: 'No.' });
      expect(byId.get(again)).toMatchObject({ status: 'pending', lastError: 'Busy.' });
      expect(await claimOf(stores(), rule, afterNoon(99_999))).toEqual([]);
      expect((await claimOf(stores(), rule, afterNoon(100_000))).map(({ delivery }) => delivery.id)).toEqual([again]);
    });

    it('prunes alerts that ended long ago, and no others', async () => {
      const rule = await givenRule(stores());
      const { alerts } = stores();
      const ended = newAlert(rule, { startedAt: '2020-01-01T00:00:00.000Z' });
      await alerts.open(ended, [newDelivery(ended)]);
      await alerts.end(ended.id, '2020-01-01T01:00:00.000Z');
      await alerts.open(newAlert(rule, { startedAt: '2020-01-01T00:00:00.000Z' }), []);
      expect(await alerts.prune('2020-01-01T01:00:00.000Z')).toBe(0);
      expect(await alerts.prune('2020-01-01T01:00:00.001Z')).toBe(1);
      expect((await alerts.list(rule.workspaceId, { limit: 10 })).items).toHaveLength(1);
    });

    describe('rules', () => {
      newestFirstInPages(async (times) => {
        const workspaceId = await givenWorkspace(stores());
        const rules = times.map((createdAt) => ({ ...newRule(workspaceId), createdAt }));
        for (const rule of rules) await stores().alerts.createRule(rule, { webhookSecret: null });
        return { ids: rules.map(({ id }) => id), readPage: (page) => stores().alerts.listRules(workspaceId, page) };
      });
    });

    describe('alerts', () => {
      newestFirstInPages(async (times) => {
        const rule = await givenRule(stores());
        const alerts = times.map((startedAt, number) => newAlert(rule, { startedAt, subject: `ins_${number}` }));
        for (const alert of alerts) await stores().alerts.open(alert, []);
        return { ids: alerts.map(({ id }) => id), readPage: (page) => stores().alerts.list(rule.workspaceId, page) };
      });
    });
  });

  describe('quota use', () => {
    const stores = useStores(open);

    it('counts instances, keys and tokens of a workspace, what is being deleted left out', async () => {
      const instance = await givenInstance(stores(), { name: 'n8n' });
      const { workspaceId, id } = instance;
      await stores().keys.create(newKey(workspaceId));
      await stores().instanceTokens.create(newToken(instance));
      await givenInstance(stores());
      expect(await stores().quotaUse.read(workspaceId)).toEqual([
        { quota: 'instances', words: 'instances of the workspace', instanceId: null, used: 1, limit: 500 },
        { quota: 'keys', words: 'keys of the workspace', instanceId: null, used: 2, limit: 500 },
        { quota: `tokens of ${id}`, words: 'tokens of the instance "n8n"', instanceId: id, used: 1, limit: 200 },
      ]);
      await stores().instances.update(id, { desiredState: 'deleted' });
      expect((await stores().quotaUse.read(workspaceId)).map(({ used }) => used)).toEqual([0, 2]);
    });
  });
}

function newRule(workspaceId: string): AlertRule {
  return {
    ...{
      id: createIdentifier('alertRule'),
      workspaceId,
      name: 'Errors',
      kind: 'error_rate',
      instanceId: 'ins_1',
      threshold: 0.25,
    },
    ...{ windowMinutes: 15, emails: ['ada@example.com', 'bob@example.com'], webhookUrl: 'https://hooks.example.com/1' },
    ...{ enabled: true, createdAt: noon },
  };
}

async function givenRule(stores: Stores, { webhookSecret = null }: { webhookSecret?: string | null } = {}): Promise<AlertRule> {
  const rule = newRule(await givenWorkspace(stores));
  await stores.alerts.createRule(rule, { webhookSecret });
  return rule;
}

function newAlert(rule: AlertRule, overrides: Partial<Alert> = {}): Alert {
  return {
    ...{ id: createIdentifier('alert'), workspaceId: rule.workspaceId, ruleId: rule.id, kind: rule.kind, subject: 'ins_1' },
    ...{ instanceId: 'ins_1', message: 'Many calls fail.', startedAt: noon, endedAt: null },
    ...overrides,
  };
}

function newDelivery({ id: alertId }: Alert): AlertDelivery {
  return {
    ...{ id: createIdentifier('delivery'), alertId, channel: 'email', recipient: 'ada@example.com', status: 'pending' },
    ...{ attempts: 0, lastError: null, at: noon },
  };
}

/** What is due of one rule; those of other tests are left for later. */
async function claimOf(stores: Stores, rule: AlertRule, now: string) {
  const leaseUntil = new Date(Date.parse(now) + 60_000).toISOString();
  const due = await stores.alerts.claimDue({ now, leaseUntil, limit: 100 });
  return due.filter((each) => each.rule.id === rule.id);
}
