import { z } from 'zod';
import { createIdentifier, identifierSchema } from '../../core/identifiers.ts';
import { type FieldError, ProblemError } from '../../core/problem.ts';
import { testMessage } from '../domain/alerts/alert-message.ts';
import { mailNotSetUp } from '../domain/alerts/mail-not-set-up.ts';
import { ruleErrors, usualThreshold } from '../domain/alerts/rule-validation.ts';
import { quotas } from '../domain/quotas.ts';
import type { AlertRule, AlertRuleChange, SendOutcome, Subject } from '../ports.ts';
import { alertRuleAnswer, deliveryAnswer, kindField, newAlertRuleAnswer } from './alert-answers.ts';
import { countAttempt } from './count-attempt.ts';
import { nameField, pageOf, pageQuery } from './fields.ts';
import type { Platform } from './platform.ts';
import { type ApiResource, defineRoute } from './route.ts';
import { findVisibleInstance } from './visible-instances.ts';

const rulePath = z.object({ id: identifierSchema('alertRule') });

const fields = {
  name: nameField,
  instanceId: identifierSchema('instance').nullable().meta({ description: 'null or absent for all instances.' }),
  threshold: z.number().gt(0).max(1).nullable().meta({
    description:
      '`error_rate`: share of calls that fail, 0.25 where it is absent. `quota_near`: share of a quota that is used, 0.8 where it is absent. Nothing for the other kinds.',
  }),
  windowMinutes: z
    .int()
    .min(1)
    .max(24 * 60)
    .meta({ description: 'Minutes over which the error rate is taken; it needs ten calls in them.' }),
  emails: z
    .array(z.email('must be an e-mail address').max(254))
    .max(10)
    .refine((emails) => new Set(emails).size === emails.length, 'must not name an address twice'),
  webhookUrl: z
    .string()
    .max(2000)
    .nullable()
    .meta({ description: 'Called with a message signed as the Standard Webhooks specification says; null for none.' }),
  enabled: z.boolean(),
};

const listAlertRules = defineRoute({
  method: 'GET',
  path: '/v1/alert-rules',
  operationId: 'listAlertRules',
  summary: 'List the alert rules of the workspace',
  access: 'member',
  query: pageQuery,
  response: { status: 200, description: 'Newest first.', schema: pageOf(alertRuleAnswer) },
  async handle({ platform, subject, query }) {
    const { items, nextCursor } = await platform.alerts.listRules(subject.workspaceId, query);
    return { body: { items: items.map((rule) => showRule(platform, rule)), nextCursor } };
  },
});

const createAlertRule = defineRoute({
  method: 'POST',
  path: '/v1/alert-rules',
  operationId: 'createAlertRule',
  summary: 'Have somebody told when something goes wrong',
  description: 'You are told once, by e-mail or webhook, and again only after it has ended.',
  access: 'admin',
  body: z.strictObject({
    ...fields,
    kind: kindField,
    instanceId: fields.instanceId.default(null),
    threshold: fields.threshold.default(null),
    windowMinutes: fields.windowMinutes.default(15),
    emails: fields.emails.default([]),
    webhookUrl: fields.webhookUrl.default(null),
    enabled: fields.enabled.default(true),
  }),
  response: {
    status: 201,
    description: 'The rule. Copy the secret of its webhook now: it is not shown again.',
    schema: newAlertRuleAnswer,
  },
  problems: ['not-found', 'limit-reached'],
  auditAction: 'alert-rule.create',
  async handle({ platform, subject, body, audit }) {
    const now = platform.clock.now();
    const rule: AlertRule = {
      ...body,
      id: createIdentifier('alertRule', now.getTime()),
      workspaceId: subject.workspaceId,
      threshold: body.threshold ?? usualThreshold(body.kind),
      createdAt: now.toISOString(),
    };
    audit.target = rule.id;
    audit.details = auditedFields(rule);
    await checkRule(platform, subject, rule, rule);
    const webhookSecret = rule.webhookUrl === null ? null : platform.webhooks.createSecret();
    await platform.alerts.createRule(rule, { webhookSecret, limit: quotas.alertRulesInWorkspace });
    return { body: showRule(platform, rule, webhookSecret), headers: { location: `/v1/alert-rules/${rule.id}` } };
  },
});

const getAlertRule = defineRoute({
  method: 'GET',
  path: '/v1/alert-rules/{id}',
  operationId: 'getAlertRule',
  summary: 'Read an alert rule',
  access: 'member',
  params: rulePath,
  response: { status: 200, description: 'The rule.', schema: alertRuleAnswer },
  async handle({ platform, subject, params }) {
    return { body: showRule(platform, await findRule(platform, subject, params.id)) };
  },
});

const updateAlertRule = defineRoute({
  method: 'PATCH',
  path: '/v1/alert-rules/{id}',
  operationId: 'updateAlertRule',
  summary: 'Change an alert rule, or switch it off',
  description: 'Another webhook URL gets a secret of its own, which is shown in this answer alone.',
  access: 'admin',
  params: rulePath,
  body: z.strictObject(fields).partial(),
  response: { status: 200, description: 'The rule as it is now.', schema: newAlertRuleAnswer },
  problems: ['not-found'],
  auditAction: 'alert-rule.update',
  async handle({ platform, subject, params, body, audit }) {
    audit.details = auditedFields(body);
    const present = await findRule(platform, subject, params.id);
    const change = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined)) as AlertRuleChange;
    if (change.threshold === null) change.threshold = usualThreshold(present.kind);
    await checkRule(platform, subject, { ...present, ...change }, change);
    const isNewWebhook = change.webhookUrl !== undefined && change.webhookUrl !== present.webhookUrl;
    const webhookSecret = change.webhookUrl === null ? null : platform.webhooks.createSecret();
    const changed = await platform.alerts.updateRule(
      ...([subject.workspaceId, params.id, change] as const),
      ...(isNewWebhook ? ([webhookSecret] as const) : []),
    );
    if (changed === undefined) throw noSuchRule();
    return { body: showRule(platform, changed, isNewWebhook ? webhookSecret : null) };
  },
});

const deleteAlertRule = defineRoute({
  method: 'DELETE',
  path: '/v1/alert-rules/{id}',
  operationId: 'deleteAlertRule',
  summary: 'Delete an alert rule with its alerts',
  access: 'admin',
  params: rulePath,
  response: { status: 204, description: 'The rule is gone; messages that were not sent yet are not sent.' },
  auditAction: 'alert-rule.delete',
  async handle({ platform, subject, params, audit }) {
    audit.details = { name: (await findRule(platform, subject, params.id)).name };
    if (!(await platform.alerts.deleteRule(subject.workspaceId, params.id))) throw noSuchRule();
    return {};
  },
});

const testAlertRule = defineRoute({
  method: 'POST',
  path: '/v1/alert-rules/{id}/test',
  operationId: 'testAlertRule',
  summary: 'Send a test to everybody an alert rule tells',
  access: 'admin',
  params: rulePath,
  response: {
    status: 200,
    description: 'How it went, for each recipient.',
    schema: z.object({ deliveries: z.array(deliveryAnswer) }),
  },
  problems: ['not-found', 'rate-limited'],
  auditAction: 'alert-rule.test',
  async handle({ platform, subject, params, audit }) {
    const rule = await findRule(platform, subject, params.id);
    audit.details = { name: rule.name };
    await countAttempt(platform.alertTestLimiter, subject.workspaceId);
    const secret = await platform.alerts.findWebhookSecret(subject.workspaceId, rule.id);
    return { body: { deliveries: await sendTests(platform, rule, secret) } };
  },
});

export const alertRules: ApiResource = {
  name: 'alert-rules',
  description: 'When to tell somebody, and whom',
  routes: [listAlertRules, createAlertRule, getAlertRule, updateAlertRule, deleteAlertRule, testAlertRule],
};

function sendTests(platform: Platform, rule: AlertRule, secret: string | null): Promise<z.input<typeof deliveryAnswer>[]> {
  const send = async (channel: 'email' | 'webhook', deliver: (id: string) => Promise<SendOutcome>) => {
    const outcome = await deliver(createIdentifier('delivery', platform.clock.now().getTime()));
    const at = platform.clock.now().toISOString();
    return outcome.sent
      ? { channel, status: 'sent' as const, attempts: 1, lastError: null, at }
      : { channel, status: 'failed' as const, attempts: 1, lastError: outcome.error, at };
  };
  const message = (id: string) => testMessage(id, rule, platform.publicUrl, platform.clock.now().toISOString());
  const { mail, webhooks } = platform;
  const { webhookUrl } = rule;
  return Promise.all([
    ...rule.emails.map((address) =>
      send('email', async (id) =>
        mail === null ? { sent: false, error: mailNotSetUp, final: true } : mail.send(address, message(id)),
      ),
    ),
    ...(webhookUrl === null || secret === null ? [] : [send('webhook', (id) => webhooks.send(webhookUrl, secret, message(id)))]),
  ]);
}

/** Checks the rule as it will be, and of what costs a look-up only what changes. */
async function checkRule(platform: Platform, subject: Subject, rule: AlertRule, change: AlertRuleChange): Promise<void> {
  const errors: FieldError[] = ruleErrors(rule);
  if (change.emails !== undefined && change.emails.length > 0 && platform.mail === null) {
    errors.push({ path: 'emails', message: `cannot be told. ${mailNotSetUp}` });
  }
  const refusal = change.webhookUrl ? platform.webhooks.refuse(change.webhookUrl) : undefined;
  if (refusal !== undefined) errors.push({ path: 'webhookUrl', message: refusal });
  if (errors.length > 0) throw new ProblemError('invalid-input', { errors });
  if (change.instanceId) await findVisibleInstance(platform, subject, change.instanceId);
}

async function findRule(platform: Platform, { workspaceId }: Subject, ruleId: string): Promise<AlertRule> {
  const rule = await platform.alerts.findRule(workspaceId, ruleId);
  if (rule === undefined) throw noSuchRule();
  return rule;
}

function noSuchRule(): ProblemError {
  return new ProblemError('not-found', { detail: 'There is no alert rule with this id in your workspace.' });
}

function showRule(platform: Platform, rule: AlertRule, webhookSecret: string | null = null) {
  const problem = rule.emails.length > 0 && platform.mail === null ? mailNotSetUp : null;
  return { ...rule, problem, ...(webhookSecret === null ? {} : { webhookSecret }) };
}

/** Whose address it is does not matter to who reads the trail later, and a URL may hold a token of the receiver's. */
function auditedFields(fields: { [Name in keyof AlertRule]?: AlertRule[Name] | undefined }) {
  const { name, kind, instanceId, threshold, windowMinutes, emails, webhookUrl, enabled } = fields;
  const details = {
    name,
    kind,
    instanceId,
    threshold,
    windowMinutes,
    enabled,
    emails: emails?.length,
    webhook: webhookUrl === undefined ? undefined : webhookUrl !== null,
  };
  return Object.fromEntries(Object.entries(details).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
}
