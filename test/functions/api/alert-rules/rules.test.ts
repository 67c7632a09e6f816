import { describe, expect, it } from 'vitest';
import { createIdentifier } from '../../../../core/identifiers.ts';
import { createRunningInstance, errorsOf, problemOf, signUp, tokenFor } from '../api-client.ts';

async function withRules() {
  const set = await createRunningInstance();
  const { token } = set.owner;
  const call = (method: string, path: string, body?: object) =>
    set.api.call(method, `/v1/alert-rules${path}`, { token, ...(body === undefined ? {} : { body }) });
  return { ...set, call };
}

const webhookUrl = 'https://hooks.example.com/secret-path';
const valid = { name: 'Errors', kind: 'error_rate', emails: ['ada@example.com'], webhookUrl };

it('a rule is created with the usual settings, and its secret shown once', async () => {
  const { call, platform } = await withRules();
  const created = await call('POST', '', valid);
  expect([created.status, created.headers.location]).toEqual([201, `/v1/alert-rules/${created.json.id}`]);
  const { webhookSecret, ...rule } = created.json;
  expect(webhookSecret).toBe('whsec_secret-1');
  expect(rule).toEqual({
    ...{ ...valid, id: expect.stringMatching(/^alr_/), instanceId: null, threshold: 0.25, windowMinutes: 15 },
    ...{ enabled: true, createdAt: '2026-11-22T08:00:00.000Z', problem: null },
  });
  expect((await call('GET', `/${rule.id}`)).json).toEqual(rule);
  expect((await call('GET', '')).json).toEqual({ items: [rule], nextCursor: null });
  const entry = platform.audit.entries.at(-1);
  expect(entry).toMatchObject({
    action: 'alert-rule.create',
    target: rule.id,
    details: { kind: 'error_rate', emails: 1, webhook: true },
  });
  expect(JSON.stringify(entry)).not.toMatch(/whsec|secret-path|ada@/);
});

it('a rule is changed; another webhook has another secret, and none has none', async () => {
  const { call, platform, owner } = await withRules();
  const { json: rule } = await call('POST', '', valid);
  const same = await call('PATCH', `/${rule.id}`, { webhookUrl, enabled: false, windowMinutes: 30 });
  expect(same.json).toMatchObject({ enabled: false, windowMinutes: 30, webhookUrl });
  expect(same.json.webhookSecret).toBeUndefined();
  expect(await platform.alerts.findWebhookSecret(owner.workspaceId, rule.id)).toBe('whsec_secret-1');
  const other = await call('PATCH', `/${rule.id}`, { webhookUrl: 'https://hooks.example.com/2' });
  expect(other.json.webhookSecret).not.toBe('whsec_secret-1');
  expect(await platform.alerts.findWebhookSecret(owner.workspaceId, rule.id)).toBe(other.json.webhookSecret);
  const none = await call('PATCH', `/${rule.id}`, { webhookUrl: null });
  expect([none.json.webhookUrl, none.json.webhookSecret]).toEqual([null, undefined]);
  expect(await platform.alerts.findWebhookSecret(owner.workspaceId, rule.id)).toBeNull();
  expect((await call('DELETE', `/${rule.id}`)).status).toBe(204);
  expect((await call('GET', `/${rule.id}`)).status).toBe(404);
});

describe('refused are', () => {
  it.each([
    ['nobody to tell', { emails: [], webhookUrl: null }, ': must name at least one'],
    ['a threshold where there is none', { kind: 'key_refused', threshold: 0.5 }, 'threshold: must be null'],
    ['a share above one', { threshold: 1.5 }, 'threshold: must be at most 1'],
    ['a share of nothing', { threshold: 0 }, 'threshold: must be more than 0'],
    ['no e-mail address', { emails: ['ada'] }, 'emails.0: '],
    ['an address twice', { emails: ['a@b.de', 'a@b.de'] }, 'emails: '],
    ['a webhook into a private network', { webhookUrl: 'https://private.example/' }, 'webhookUrl: must lead to the public'],
    ['another kind', { kind: 'moon_phase' }, 'kind: '],
    ['a window of two days', { windowMinutes: 2880 }, 'windowMinutes: '],
  ])('%s', async (_what, change, error) => {
    const { call } = await withRules();
    const answer = await call('POST', '', { ...valid, ...change });
    expect([answer.status, problemOf(answer)]).toEqual([400, 'invalid-input']);
    expect(errorsOf(answer).some((text) => text.startsWith(error))).toBe(true);
  });

  it('mail where none is set up; a rule that has some already says so', async () => {
    const { call, platform } = await withRules();
    const { json: rule } = await call('POST', '', valid);
    platform.mail = null;
    const answer = await call('POST', '', valid);
    expect([answer.status, errorsOf(answer)[0]]).toEqual([400, expect.stringContaining('Mail is not set up')]);
    expect((await call('GET', `/${rule.id}`)).json.problem).toContain('Mail is not set up');
    expect((await call('PATCH', `/${rule.id}`, { enabled: false })).status).toBe(200);
  });

  it('an instance of another workspace', async () => {
    const { call, api } = await withRules();
    await signUp(api, 'mallory@example.com');
    expect((await call('POST', '', { ...valid, instanceId: createIdentifier('instance') })).status).toBe(404);
  });

  it('more rules than a workspace may have', async () => {
    const { call } = await withRules();
    for (let count = 0; count < 50; count += 1) expect((await call('POST', '', valid)).status).toBe(201);
    const answer = await call('POST', '', valid);
    expect([answer.status, problemOf(answer)]).toEqual([409, 'limit-reached']);
  });
});

it('a test reaches everybody at once and says how it went, so many times', async () => {
  const { call, platform } = await withRules();
  const { json: rule } = await call('POST', '', valid);
  platform.webhooks.outcome = async () => ({ sent: false, error: 'The webhook answered with status 500.', final: false });
  const answer = await call('POST', `/${rule.id}/test`);
  const at = '2026-11-22T08:00:00.000Z';
  expect(answer.json).toEqual({
    deliveries: [
      { channel: 'email', status: 'sent', attempts: 1, lastError: null, at },
      { channel: 'webhook', status: 'failed', attempts: 1, lastError: 'The webhook answered with status 500.', at },
    ],
  });
  expect(platform.mail?.sent[0]).toMatchObject({ to: 'ada@example.com', message: { subject: 'Test: Errors' } });
  expect(platform.webhooks.sent[0]).toMatchObject({ secret: 'whsec_secret-1', message: { event: { type: 'alert.test' } } });
  for (let count = 0; count < 9; count += 1) expect((await call('POST', `/${rule.id}/test`)).status).toBe(200);
  expect(problemOf(await call('POST', `/${rule.id}/test`))).toBe('rate-limited');
});

it('alerts are listed with what became of their messages, without addresses, for members of the workspace', async () => {
  const { call, platform, api, owner, instanceId } = await withRules();
  const { json: rule } = await call('POST', '', valid);
  const alert = {
    ...{ id: createIdentifier('alert'), workspaceId: owner.workspaceId, ruleId: rule.id, kind: 'error_rate' as const },
    ...{ subject: instanceId, instanceId, message: 'Many.', startedAt: '2026-11-22T08:00:00.000Z', endedAt: null },
  };
  const delivery = { channel: 'email' as const, status: 'pending' as const, attempts: 0, lastError: null, at: alert.startedAt };
  await platform.alerts.open(alert, [{ ...delivery, id: 'dlv_1', alertId: alert.id, recipient: 'ada@example.com' }]);
  const token = await tokenFor(platform, owner.workspaceId, 'member');
  const { workspaceId: _, subject: __, ...shown } = alert;
  expect((await api.call('GET', '/v1/alerts', { token })).json).toEqual({
    items: [{ ...shown, deliveries: [delivery] }],
    nextCursor: null,
  });
  const stranger = await signUp(api, 'mallory@example.com');
  expect((await api.call('GET', '/v1/alerts', { token: stranger.token })).json.items).toEqual([]);
});
