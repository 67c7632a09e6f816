import { Router } from 'express';
import type { Alert, AlertDelivery, AlertRule, AlertRuleSettings } from '../../frontend/api/contract.ts';
import { problem } from './fake-problem.ts';
import { type FakeState, identifier } from './fake-state.ts';

const now = () => new Date().toISOString();
const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

/** Rules of alerts, by the contract: a webhook's secret is told once. */
export function alertRoutes(state: FakeState): Router {
  const router = Router();
  router.get('/alert-rules', (_request, response) => void response.json({ items: state.alertRules, nextCursor: null }));
  router.post('/alert-rules', (request, response) => {
    const settings = request.body as Omit<AlertRuleSettings, 'windowMinutes'> & Partial<AlertRuleSettings>;
    if (settings.webhookUrl?.includes('127.0.0.1') === true) {
      return problem(response, 400, 'invalid-input', 'Some fields are not valid', {
        errors: [{ path: 'webhookUrl', message: 'must be a public address' }],
      });
    }
    const rule = { windowMinutes: 15, ...settings, id: identifier('alr'), createdAt: now(), problem: null };
    state.alertRules.push(rule);
    response.status(201).json(settings.webhookUrl === null ? rule : { ...rule, webhookSecret: identifier('whsec') });
  });
  router.use('/alert-rules/:id', (request, response, next) => {
    if (state.alertRules.some(({ id }) => id === request.params.id)) return next();
    problem(response, 404, 'not-found', 'Not found');
  });
  router.patch(
    '/alert-rules/:id',
    (request, response) => void response.json(Object.assign(find(request.params.id), request.body)),
  );
  router.delete('/alert-rules/:id', (request, response) => {
    state.alertRules = state.alertRules.filter(({ id }) => id !== request.params.id);
    response.status(204).end();
  });
  router.post('/alert-rules/:id/test', (request, response) => {
    const rule = find(request.params.id);
    const deliveries: AlertDelivery[] = rule.emails.map(() => delivery('email', 'sent'));
    if (rule.webhookUrl !== null) deliveries.push(delivery('webhook', 'failed', 'The webhook answered with status 500.'));
    response.json({ deliveries });
  });
  router.get('/alerts', (_request, response) => void response.json({ items: state.alerts, nextCursor: null }));

  function find(id: string): AlertRule {
    const found = state.alertRules.find((rule) => rule.id === id);
    if (found === undefined) throw new Error(`no rule ${id}`);
    return found;
  }
  return router;
}

export const fakeAlertRules = (): AlertRule[] => [
  {
    id: 'alr_failed',
    name: 'Instance failed',
    kind: 'instance_failed',
    instanceId: null,
    threshold: null,
    windowMinutes: 15,
    emails: ['ada@example.com'],
    webhookUrl: null,
    enabled: true,
    createdAt: ago(60 * 24 * 9),
    problem: null,
  },
  {
    id: 'alr_errors',
    name: 'Northwind fails often',
    kind: 'error_rate',
    instanceId: 'ins_main',
    threshold: 0.25,
    windowMinutes: 30,
    emails: ['ada@example.com', 'on-call@example.com'],
    webhookUrl: 'https://hooks.example.com/alerts/7f3a',
    enabled: false,
    createdAt: ago(60 * 24 * 3),
    problem: 'Mail is not set up on this installation.',
  },
];

export const fakeAlerts = (): Alert[] => [
  {
    id: 'alt_2',
    ruleId: 'alr_errors',
    kind: 'error_rate',
    instanceId: 'ins_main',
    startedAt: ago(12),
    endedAt: null,
    message: '31 of 90 calls failed in the last 30 minutes.',
    deliveries: [delivery('email', 'sent'), { ...delivery('webhook', 'pending', 'No answer within 10 seconds.'), attempts: 2 }],
  },
  {
    id: 'alt_1',
    ruleId: 'alr_gone',
    kind: 'key_refused',
    instanceId: 'ins_refused',
    startedAt: ago(60 * 26),
    endedAt: ago(60 * 25),
    message: 'Smartlead refuses the API key of Contoso reporting.',
    deliveries: [delivery('email', 'sent')],
  },
];

function delivery(channel: AlertDelivery['channel'], status: AlertDelivery['status'], lastError: string | null = null) {
  return { channel, status, attempts: 1, lastError, at: ago(11) } satisfies AlertDelivery;
}
