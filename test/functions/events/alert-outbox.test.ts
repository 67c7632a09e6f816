import { expect, it } from 'vitest';
import { createAlerting } from './alerting.ts';

const minute = 60_000;

async function withOneMessage() {
  const set = createAlerting();
  await set.addRule({ emails: [] });
  await set.addInstance('failed');
  return set;
}

it('tries five times, with growing pauses, and then gives up', async () => {
  const { watch, outbox, webhooks, clock, list } = await withOneMessage();
  webhooks.outcome = async () => ({ sent: false, error: 'The webhook answered with status 500.', final: false });
  await watch.evaluateAll();
  await outbox.deliver();
  const begin = clock.now().getTime();
  const attempts = [0];
  while (clock.now().getTime() - begin < 200 * minute) {
    const before = webhooks.sent.length;
    clock.advance(10_000);
    await outbox.deliver();
    if (webhooks.sent.length > before) attempts.push((clock.now().getTime() - begin) / 1000);
  }
  expect(attempts).toEqual([0, 10, 70, 670, 4270]);
  const lastError = 'The webhook answered with status 500.';
  expect((await list())[0]?.deliveries).toMatchObject([{ channel: 'webhook', status: 'failed', attempts: 5, lastError }]);
  expect(new Set(webhooks.sent.map(({ message }) => message.id)).size).toBe(1);
});

it('does not try again what cannot succeed', async () => {
  const { watch, outbox, webhooks, clock, list } = await withOneMessage();
  webhooks.outcome = async () => ({ sent: false, error: 'Gone.', final: true });
  await watch.evaluateAll();
  clock.advance(100 * minute);
  await outbox.deliver();
  expect((await list())[0]?.deliveries).toMatchObject([{ status: 'failed', attempts: 1 }]);
});

it('sends again, with the same id, what was sent when the platform died before it could note that', async () => {
  const { watch, outbox, newOutbox, webhooks, alerts, clock, list } = await withOneMessage();
  const settle = alerts.settle.bind(alerts);
  alerts.settle = () => Promise.reject(new Error('killed'));
  await watch.evaluateAll();
  await outbox.deliver();
  expect(webhooks.sent).toHaveLength(1);
  alerts.settle = settle;
  const successor = newOutbox();
  await successor.deliver();
  expect(webhooks.sent).toHaveLength(1);
  clock.advance(3 * minute);
  await successor.deliver();
  expect(webhooks.sent).toHaveLength(2);
  expect(webhooks.sent[1]?.message.id).toBe(webhooks.sent[0]?.message.id);
  expect((await list())[0]?.deliveries).toMatchObject([{ status: 'sent', attempts: 2 }]);
});

it('does not go on for ever with a message whose every attempt ends the platform', async () => {
  const { watch, outbox, newOutbox, webhooks, alerts, clock, list } = await withOneMessage();
  const settle = alerts.settle.bind(alerts);
  alerts.settle = () => Promise.reject(new Error('killed'));
  await watch.evaluateAll();
  await outbox.deliver();
  for (let start = 0; start < 4; start += 1) {
    clock.advance(3 * minute);
    await newOutbox().deliver();
  }
  alerts.settle = settle;
  clock.advance(3 * minute);
  await newOutbox().deliver();
  expect(webhooks.sent).toHaveLength(5);
  expect((await list())[0]?.deliveries).toMatchObject([{ status: 'failed' }]);
});

it('sends nothing to a webhook that the rule no longer has', async () => {
  const { watch, outbox, webhooks, alerts, clock, list } = await withOneMessage();
  webhooks.outcome = async () => ({ sent: false, error: 'Busy.', final: false });
  await watch.evaluateAll();
  await outbox.deliver();
  await alerts.updateRule('ws_1', 'alr_instance_failed', { webhookUrl: 'https://hooks.example.com/2' }, 'whsec_2');
  clock.advance(minute);
  await outbox.deliver();
  expect(webhooks.sent.map(({ url }) => url)).toEqual(['https://hooks.example.com/1']);
  expect((await list())[0]?.deliveries).toMatchObject([{ status: 'failed', lastError: 'The rule has another webhook by now.' }]);
});

it('lets a fault of a sender fail this message alone', async () => {
  const { watch, outbox, mail, webhooks, incidents, addRule, addInstance, list } = createAlerting();
  await addRule();
  await addInstance('failed');
  mail.outcome = () => Promise.reject(new Error('fault'));
  await watch.evaluateAll();
  await outbox.deliver();
  expect(webhooks.sent).toHaveLength(1);
  expect((await list())[0]?.deliveries.map(({ status }) => status).sort()).toEqual(['pending', 'sent']);
  expect(incidents).toHaveLength(1);
});

/** Rules of a workspace with a webhook each, and an instance that has failed. */
async function withDeadWebhooks(set: ReturnType<typeof createAlerting>, workspaceId: string, count: number, name: string) {
  const { alerts, clock } = set;
  for (let index = 0; index < count; index += 1) {
    const id = `${name}-${index}`;
    const rule = await set.addRule({ id, workspaceId, emails: [], webhookUrl: `https://${name}.example.com/${index}` });
    const { kind } = rule;
    const at = clock.now().toISOString();
    const alert = { id: `alt-${id}`, workspaceId, ruleId: id, kind, subject: 'ins_1', instanceId: 'ins_1' };
    const delivery = { id: `dlv-${id}`, alertId: alert.id, channel: 'webhook', recipient: rule.webhookUrl ?? '' } as const;
    await alerts.open({ ...alert, message: 'It failed.', startedAt: at, endedAt: null }, [
      { ...delivery, status: 'pending', attempts: 0, lastError: null, at },
    ]);
  }
}

it('does not let the slow webhooks of one workspace delay the messages of others', async () => {
  const set = createAlerting();
  const { outbox, webhooks } = set;
  await withDeadWebhooks(set, 'ws_dead', 20, 'dead');
  await withDeadWebhooks(set, 'ws_well', 20, 'well');
  const dead: (() => void)[] = [];
  webhooks.send = async (url, secret, message) => {
    webhooks.sent.push({ url, secret, message });
    if (url.includes('dead')) await new Promise<void>((resolve) => dead.push(resolve));
    return { sent: true };
  };
  const count = (name: string) => webhooks.sent.filter(({ url }) => url.includes(name)).length;
  const done = outbox.deliver();
  await expect.poll(() => count('well')).toBe(20);
  expect(count('dead')).toBe(3);
  // What comes meanwhile goes at once.
  await withDeadWebhooks(set, 'ws_late', 1, 'late');
  void outbox.deliver();
  await expect.poll(() => count('late')).toBe(1);
  // A slot that is free is filled, although the other two are still taken.
  dead[0]?.();
  await expect.poll(() => count('dead')).toBe(4);
  for (let index = 0; index < 20; index += 1) {
    await expect.poll(() => dead.length).toBeGreaterThan(index);
    dead[index]?.();
  }
  await done;
  expect(count('dead')).toBe(20);
});

it('sends at most ten messages at once', async () => {
  const set = createAlerting();
  const { outbox, webhooks } = set;
  for (let index = 0; index < 6; index += 1) await withDeadWebhooks(set, `ws_${index}`, 3, `slow-${index}`);
  let running = 0;
  let most = 0;
  webhooks.outcome = async () => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setTimeout(resolve, 1));
    running -= 1;
    return { sent: true };
  };
  await outbox.deliver();
  expect([webhooks.sent.length, most]).toEqual([18, 10]);
});

it('gives up a message whose secret cannot be read, says so once, and sends the others', async () => {
  const set = createAlerting();
  const { alerts, outbox, webhooks, incidents, addRule, addInstance, watch, list, mail } = set;
  const claimDue = alerts.claimDue.bind(alerts);
  alerts.claimDue = async (request) =>
    (await claimDue(request)).map((due) => ({ ...due, webhookSecret: null, unreadableSecret: new Error('broken seal') }));
  await addRule();
  await addInstance('failed');
  await addInstance('failed');
  await watch.evaluateAll();
  await outbox.deliver();
  expect([webhooks.sent.length, mail.sent.length]).toEqual([0, 2]);
  const deliveries = (await list()).flatMap((alert) => alert.deliveries).filter(({ channel }) => channel === 'webhook');
  const lastError = 'The secret that signs these messages cannot be read. Remove the webhook from the rule and set it again.';
  expect(deliveries).toMatchObject([
    { status: 'failed', attempts: 1, lastError },
    { status: 'failed', attempts: 1, lastError },
  ]);
  expect(incidents).toEqual(['The webhook secret of the alert rule alr_instance_failed cannot be opened.']);
});
