import { z } from 'zod';
import { ProblemError } from '../../core/problem.ts';
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

/** What the violation `orphans_held` asks for. */
export const confirmOrphans = defineRoute({
  method: 'POST',
  path: '/v1/admin/orphans/confirm',
  operationId: 'adminConfirmOrphans',
  summary: 'Let processes and sealed keys be ended that belong to nothing, although there are many',
  description:
    'Where far more belongs to nothing than crashes leave behind, the table may be the wrong one, so nothing is ended and the health report ' +
    'has the violation `orphans_held`. Once somebody has made sure that the table is right, this lets them be ended, for an hour.',
  access: 'operator',
  body: z.strictObject({
    atMost: z
      .int()
      .min(1)
      .max(1_000_000)
      .meta({ description: 'How many of each kind, as the violation says. Where there are more, nothing is ended.' }),
  }),
  response: { status: 202, description: 'They are ended within some minutes.', schema: z.object({ atMost: z.int() }) },
  problems: ['conflict'],
  auditAction: 'orphans.confirm',
  async handle({ platform, body, audit }) {
    audit.details = { atMost: body.atMost };
    if (platform.confirmOrphans === undefined) {
      throw new ProblemError('conflict', { detail: 'There is nothing to confirm: this installation ends them by itself.' });
    }
    await platform.confirmOrphans(body.atMost);
    return { body: { atMost: body.atMost } };
  },
});
