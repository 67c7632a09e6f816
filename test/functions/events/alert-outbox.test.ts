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
