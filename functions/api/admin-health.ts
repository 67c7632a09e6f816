import { z } from 'zod';
import { violationKinds } from '../ports.ts';
import { defineRoute } from './route.ts';

const count = z.number().int().min(0);

const healthAnswer = z
  .object({
    checkedAt: z.iso.datetime(),
    holds: z.boolean().meta({ description: 'Whether everything could be looked at and nothing is wrong.' }),
    counts: z.object({ instances: count, processes: count, routes: count, secrets: count, tokens: count }),
    violations: z.array(
      z.object({
        kind: z.enum(violationKinds),
        subject: z.string().meta({ description: 'A process, an address, the name of a secret or an identifier.' }),
        instanceId: z.string().nullable(),
        detail: z.string(),
      }),
    ),
    components: z.array(
      z.object({ name: z.string(), status: z.enum(['ok', 'failing']), detail: z.string().nullable() }).meta({
        description: 'A part of the platform, and whether it could be read.',
      }),
    ),
  })
  .meta({ id: 'PlatformHealth' });

/** The same report as the command `smartlead-service audit` prints. */
export const readPlatformHealth = defineRoute({
  method: 'GET',
  path: '/v1/admin/health',
  operationId: 'adminReadHealth',
  summary: 'Check that everything belongs to one live instance, and that every instance runs that should',
  description:
    'Compares processes, routes, sealed secrets and tokens with the instances. What is being changed at the moment is not a violation. ' +
    'A check that finds something looks again, so it takes up to a second then.',
  access: 'operator',
  response: { status: 200, description: 'What was found.', schema: healthAnswer },
  async handle({ platform }) {
    return { body: await platform.health.check(), headers: { 'cache-control': 'no-store' } };
  },
});
