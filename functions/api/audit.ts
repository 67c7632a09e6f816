import { z } from 'zod';
import { pageOf, pageQuery, timeAnswer } from './fields.ts';
import { type ApiResource, defineRoute } from './route.ts';

const auditEntryAnswer = z
  .object({
    id: z.string(),
    time: timeAnswer,
    actor: z.string().meta({ description: '`user:<id>`, `api-key:<id>`, `system`, or `anonymous` where nobody was signed in.' }),
    action: z.string().meta({ example: 'instance.create' }),
    target: z.string().nullable().meta({ description: 'Identifier of what was changed.' }),
    address: z.string().nullable(),
    outcome: z.enum(['success', 'refused']),
    details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  })
  .meta({ id: 'AuditEntry' });

const listAudit = defineRoute({
  method: 'GET',
  path: '/v1/audit',
  operationId: 'listAudit',
  summary: 'Read who changed what',
  access: 'admin',
  query: pageQuery.extend({
    action: z
      .string()
      .regex(/^[a-z-]{1,40}\.[a-z-]{1,40}$/u, 'must be an action such as instance.create')
      .optional(),
    target: z
      .string()
      .regex(/^[\w-]{1,64}$/u, 'must be an identifier')
      .optional(),
  }),
  response: { status: 200, description: 'Newest first.', schema: pageOf(auditEntryAnswer) },
  async handle({ platform, subject, query }) {
    const { action, target, limit, cursor } = query;
    return { body: await platform.audit.list(subject.workspaceId, { action, target }, { limit, cursor }) };
  },
});

export const audit: ApiResource = { name: 'audit', description: 'The append-only record of changes', routes: [listAudit] };
