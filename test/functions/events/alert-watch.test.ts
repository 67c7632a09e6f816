import { expect, it } from 'vitest';
import { createAlerting, workspaceId } from './alerting.ts';

it('tells of a failed instance once, at the event and not again at any look after it, until it ran in between', async () => {
  const { watch, outbox, mail, webhooks, instances, addRule, addInstance, list } = createAlerting();
  await addRule();
  const { id } = await addInstance('failed');
  await watch.onEvent({ type: 'failed', instanceId: id });
  await outbox.deliver();
  expect(mail.sent.map(({ to }) => to)).toEqual(['ada@example.com']);
  expect(webhooks.sent).toMatchObject([{ url: 'https://hooks.example.com/1', secret: 'whsec_1' }]);
  for (let look = 0; look < 3; look += 1) await watch.evaluateAll();
  await instances.update(id, { status: 'restarting' });
  await watch.evaluateAll();
  await instances.update(id, { status: 'failed' });
  await watch.onEvent({ type: 'failed', instanceId: id });
  await outbox.deliver();
  expect([mail.sent.length, (await list()).length]).toEqual([1, 1]);
  await instances.update(id, { status: 'running' });
  await watch.evaluateAll();
  expect(await list()).toMatchObject([{ endedAt: expect.any(String) }]);
  await instances.update(id, { status: 'failed' });
  await watch.evaluateAll();
  await outbox.deliver();
  expect([mail.sent.length, (await list()).length]).toEqual([2, 2]);
});

it('says what it is about, with a link and without a secret', async () => {
  const { watch, outbox, mail, webhooks, addRule, addInstance } = createAlerting();
  await addRule();
  const { id } = await addInstance('failed');
  await watch.evaluateAll();
  await outbox.deliver();
  expect(mail.sent[0]?.message).toMatchObject({
    subject: 'An instance failed: Rule',
    text: expect.stringContaining('The instance "n8n" failed.'),
    link: `https://mcp.example.com/instances/${id}`,
  });
  expect(webhooks.sent[0]?.message.event).toMatchObject({
    type: 'alert.fired',
    data: { kind: 'instance_failed', instanceId: id },
  });
  expect(webhooks.sent[0]?.message.id).not.toBe(mail.sent[0]?.message.id);
  expect(JSON.stringify([mail.sent[0]?.message, webhooks.sent[0]?.message])).not.toContain('whsec_');
});

it('tells of a key that is refused', async () => {
  const { watch, addRule, addInstance, list } = createAlerting();
  await addRule({ kind: 'key_refused' });
  const { id } = await addInstance('unauthenticated');
  await watch.onEvent({ type: 'unauthenticated', instanceId: id });
  expect(await list()).toMatchObject([{ kind: 'key_refused', instanceId: id, message: expect.stringContaining('API key') }]);
});

it('tells of the share of errors in the window alone', async () => {
  const { watch, usage, clock, addRule, addInstance, list } = createAlerting();
  await addRule({ kind: 'error_rate', threshold: 0.5, windowMinutes: 10 });
  const [failing, healthy] = [await addInstance(), await addInstance()];
  const count = (instanceId: string, minute: string, calls: number, errors: number) => ({
    ...{ instanceId, workspaceId, tool: 'leads_list', minute, calls, errors, bytesIn: 0, bytesOut: 0, streamSeconds: 0 },
  });
  await usage.apply({
    batchId: 'one',
    records: [
      count(failing.id, '2026-11-22T07:55:00.000Z', 12, 6),
      count(failing.id, '2026-11-22T07:49:00.000Z', 1000, 0),
      count(healthy.id, '2026-11-22T07:55:00.000Z', 100, 10),
    ],
  });
  await watch.evaluateAll();
  expect(await list()).toMatchObject([{ instanceId: failing.id, message: expect.stringContaining('6 of 12 calls (50%)') }]);
  clock.advance(20 * 60_000);
  await watch.evaluateAll();
  expect(await list()).toMatchObject([{ endedAt: clock.now().toISOString() }]);
});

it('tells of quotas, each by itself', async () => {
  const { watch, quotaUse, addRule, list } = createAlerting();
  await addRule({ kind: 'quota_near', threshold: 0.8 });
  quotaUse.push(
    { quota: 'instances', words: 'instances of the workspace', instanceId: null, used: 400, limit: 500 },
    { quota: 'keys', words: 'keys of the workspace', instanceId: null, used: 3, limit: 500 },
  );
  await watch.evaluateAll();
  await watch.evaluateAll();
  expect(await list()).toMatchObject([{ message: '400 of 500 instances of the workspace are used.', instanceId: null }]);
});

it('ends the alerts of a rule that was switched off', async () => {
  const { watch, alerts, addRule, addInstance, list } = createAlerting();
  const rule = await addRule();
  await addInstance('failed');
  await watch.evaluateAll();
  await alerts.updateRule(workspaceId, rule.id, { enabled: false });
  await watch.evaluateAll();
  expect(await list()).toMatchObject([{ endedAt: expect.any(String) }]);
});

it('survives a store that is away, and looks again', async () => {
  const { watch, alerts, incidents, addRule, addInstance, list } = createAlerting();
  await addRule();
  await addInstance('failed');
  const listRules = alerts.listRules.bind(alerts);
  alerts.listRules = () => Promise.reject(new Error('away'));
  await watch.evaluateAll();
  expect(incidents).toHaveLength(1);
  alerts.listRules = listRules;
  await watch.evaluateAll();
  expect(await list()).toHaveLength(1);
});
