import { z } from 'zod';
import { alertKinds } from '../ports.ts';
import { timeAnswer } from './fields.ts';

export const kindField = z.enum(alertKinds).meta({
  description:
    '`instance_failed`: an instance failed for good. `error_rate`: too many calls fail. `key_refused`: Smartlead refuses the key of an instance. `quota_near`: the workspace nearly has as much of something as it may.',
});

export const alertRuleAnswer = z
  .object({
    id: z.string(),
    name: z.string(),
    kind: kindField,
    instanceId: z.string().nullable().meta({ description: 'null: all instances.' }),
    threshold: z.number().nullable(),
    windowMinutes: z.number(),
    emails: z.array(z.string()),
    webhookUrl: z.string().nullable(),
    enabled: z.boolean(),
    createdAt: timeAnswer,
    problem: z
      .string()
      .nullable()
      .meta({ description: 'Why not everybody can be told; null where there is nothing in the way.' }),
  })
  .meta({ id: 'AlertRule' });

export const newAlertRuleAnswer = z
  .object({
    ...alertRuleAnswer.shape,
    webhookSecret: z
      .string()
      .optional()
      .meta({ description: 'Checks the signature of messages to a new webhook. Shown only in this answer.' }),
  })
  .meta({ id: 'NewAlertRule' });

export const deliveryAnswer = z
  .object({
    channel: z.enum(['email', 'webhook']),
    status: z.enum(['sent', 'failed', 'pending']),
    attempts: z.int(),
    lastError: z.string().nullable(),
    at: timeAnswer,
  })
  .meta({ id: 'AlertDelivery', description: 'A message to one recipient.' });

export const alertAnswer = z
  .object({
    id: z.string(),
    ruleId: z.string(),
    kind: kindField,
    instanceId: z.string().nullable(),
    startedAt: timeAnswer,
    endedAt: timeAnswer.nullable().meta({ description: 'null while it is the case.' }),
    message: z.string(),
    deliveries: z.array(deliveryAnswer),
  })
  .meta({ id: 'Alert' });
