import { alertAnswer } from './alert-answers.ts';
import { pageOf, pageQuery } from './fields.ts';
import { type ApiResource, defineRoute } from './route.ts';

const listAlerts = defineRoute({
  method: 'GET',
  path: '/v1/alerts',
  operationId: 'listAlerts',
  summary: 'List what alert rules told of',
  description: 'What has ended is kept for 90 days.',
  access: 'member',
  query: pageQuery,
  response: { status: 200, description: 'Newest first.', schema: pageOf(alertAnswer) },
  async handle({ platform, subject, query }) {
    return { body: await platform.alerts.list(subject.workspaceId, query) };
  },
});

export const alerts: ApiResource = { name: 'alerts', description: 'What alert rules told of', routes: [listAlerts] };
