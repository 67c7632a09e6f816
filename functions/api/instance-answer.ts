import { z } from 'zod';
import { instanceModeSchema, instanceSizeSchema } from '../../core/instance-configuration.ts';
import { instanceStatusSchema } from '../../core/instance-status.ts';
import { policySchema, policySwitchSchema } from '../../core/policy.ts';
import { toolSelectionNameSchema } from '../../core/tool-selection.ts';
import { instanceUrls } from '../domain/instance-urls.ts';
import type { Clock, Instance } from '../ports.ts';
import { timeAnswer } from './fields.ts';

/** The doors of an instance. */
export const urlsAnswer = z
  .object({ sse: z.url(), messages: z.url(), mcp: z.url() })
  .meta({ id: 'InstanceUrls', description: 'They never change. In mode `stdio` only `mcp` is open.' });

export const instanceAnswer = z
  .object({
    id: z.string(),
    name: z.string(),
    keyId: z.string(),
    mode: instanceModeSchema,
    toolsets: z
      .array(toolSelectionNameSchema)
      .nullable()
      .meta({ description: 'Sets, one profile, or `discovery`; null: every tool.' }),
    policy: policySchema,
    allow: z.array(policySwitchSchema).meta({ description: 'Switches that are on.' }),
    allowedTools: z.array(z.string()).nullable().meta({ description: 'No other tool may be called; null: no such list.' }),
    deniedTools: z.array(z.string()).nullable().meta({ description: 'These may not be called; null: none.' }),
    size: instanceSizeSchema,
    sleepAfterSeconds: z.int().nullable().meta({ description: 'Seconds without a call after which it sleeps; null: never.' }),
    maxReplicas: z.int().meta({ description: 'How many processes may serve it at once.' }),
    replicas: z.int().meta({ description: 'How many processes should serve it now, by its load.' }),
    argumentLogUntil: timeAnswer
      .nullable()
      .meta({ description: "Until when its calls' arguments are logged; null: they are not." }),
    status: instanceStatusSchema,
    statusReason: z.string().meta({ description: 'What is the case, in words.' }),
    nextStep: z.string().nullable().meta({ description: 'What you can do about it; null where there is nothing to do.' }),
    urls: urlsAnswer,
    firstConnectedAt: timeAnswer.nullable().meta({ description: 'When the first MCP client connected.' }),
    createdAt: timeAnswer,
    updatedAt: timeAnswer,
  })
  .meta({ id: 'Instance' });

/** The public form of an instance. What runs for it is for operators only. */
export function showInstance(instance: Instance, platform: { publicUrl: string; clock: Clock }): z.input<typeof instanceAnswer> {
  const { argumentLogUntil } = instance;
  // The instance stops by itself when the time is over; nobody changes what is stored then.
  const isOver = argumentLogUntil !== null && argumentLogUntil <= platform.clock.now().toISOString();
  return {
    ...instance,
    argumentLogUntil: isOver ? null : argumentLogUntil,
    urls: instanceUrls(platform.publicUrl, instance.id),
  };
}
