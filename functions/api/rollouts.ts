import { z } from 'zod';
import { identifierSchema } from '../../core/identifiers.ts';
import type { Rollout } from '../ports.ts';
import { pageOf, pageQuery, timeAnswer } from './fields.ts';
import type { Platform } from './platform.ts';
import { defineRoute, type Route } from './route.ts';

const versionField = z
  .string()
  .regex(/^[\w.-]{1,64}$/u, 'is not a version')
  .meta({
    description: 'One of `GET /v1/admin/versions`. Absent: what the release of the platform brings.',
    example: '3f9a1c0b52d7e846',
  });

const rolloutAnswer = z
  .object({
    id: z.string(),
    version: z.string(),
    previousVersion: z.string(),
    status: z.enum(['canary', 'rolling', 'done', 'rolled_back', 'failed']).meta({
      description:
        '`canary`: one instance runs the version and is watched. `rolling`: the others follow or, where `reason` says why, go back.',
    }),
    total: z.int().meta({
      description: 'Instances that have the version or are still to get it. One that falls asleep first takes it when it wakes.',
    }),
    done: z.int().meta({ description: 'Instances that have the version.' }),
    failedInstanceId: z.string().nullable().meta({ description: 'The instance whose health made it go back.' }),
    reason: z.string().nullable().meta({ description: 'Why it went back or failed; begins with `Going back:` while it does.' }),
    startedAt: timeAnswer,
    endedAt: timeAnswer.nullable(),
  })
  .meta({ id: 'Rollout' });

const versionsAnswer = z
  .object({
    current: z.string().nullable().meta({ description: 'What instances are launched with; null where none is installed.' }),
    items: z.array(
      z.object({
        version: z.string(),
        installedAt: timeAnswer,
        instances: z.int().meta({ description: 'How many instances run it.' }),
      }),
    ),
  })
  .meta({ id: 'InstanceVersions' });

const rolloutPath = z.object({ id: identifierSchema('rollout') });

const listRollouts = defineRoute({
  method: 'GET',
  path: '/v1/admin/rollouts',
  operationId: 'adminListRollouts',
  summary: 'List the rollouts of instance versions',
  access: 'operator',
  query: pageQuery,
  response: { status: 200, description: 'Newest first.', schema: pageOf(rolloutAnswer) },
  async handle({ platform, query }) {
    const { items, nextCursor } = await platform.rollouts.list(query);
    return { body: { items: items.map(showRollout), nextCursor } };
  },
});

const beginRollout = defineRoute({
  method: 'POST',
  path: '/v1/admin/rollouts',
  operationId: 'adminBeginRollout',
  summary: 'Roll a version through all running instances',
  description:
    'One instance gets it first and is watched, then the others a few at a time. Where their health falls, all go back by themselves. An older version goes the same way; 409 where all instances run the version already. Sleeping instances take it when they wake.',
  access: 'operator',
  body: z.strictObject({ version: versionField.optional() }),
  response: { status: 202, description: 'It has begun.', schema: rolloutAnswer },
  problems: ['not-found', 'conflict'],
  auditAction: 'rollout.begin',
  async handle({ platform, body, audit }) {
    const rollout = await platform.rollouts.begin(body.version);
    audit.target = rollout.id;
    audit.details = { version: rollout.version, previousVersion: rollout.previousVersion };
    return { body: showRollout(rollout) };
  },
});

const cancelRollout = defineRoute({
  method: 'POST',
  path: '/v1/admin/rollouts/{id}/cancel',
  operationId: 'adminCancelRollout',
  summary: 'Cancel a rollout and take its instances back',
  access: 'operator',
  params: rolloutPath,
  response: { status: 202, description: 'The instances that have the version go back.', schema: rolloutAnswer },
  problems: ['conflict'],
  auditAction: 'rollout.cancel',
  async handle({ platform, params, audit }) {
    const rollout = await platform.rollouts.cancel(params.id);
    audit.details = { version: rollout.version };
    return { body: showRollout(rollout) };
  },
});

const listVersions = defineRoute({
  method: 'GET',
  path: '/v1/admin/versions',
  operationId: 'adminListVersions',
  summary: 'List the installed versions of the instance image',
  access: 'operator',
  response: { status: 200, description: 'Newest first.', schema: versionsAnswer },
  async handle({ platform }) {
    const { current, items } = await platform.rollouts.versions();
    const running = await countByVersion(platform);
    return { body: { current, items: items.map((item) => ({ ...item, instances: running.get(item.version) ?? 0 })) } };
  },
});

/** Parts of the resource `admin`. */
export const rolloutRoutes: readonly Route[] = [listRollouts, beginRollout, cancelRollout, listVersions];

function showRollout({ upgraded, status, ...rollout }: Rollout): z.input<typeof rolloutAnswer> {
  const shown = { ...rollout, done: upgraded.length };
  if (status !== 'rolling_back') return { ...shown, status };
  const reason = rollout.reason ?? 'The new version is taken back.';
  return { ...shown, status: 'rolling', reason: `Going back: ${reason}` };
}

async function countByVersion({ instances }: Platform): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  let cursor: string | undefined;
  do {
    const page = await instances.listAll({ limit: 100, cursor });
    for (const { runtime } of page.items) {
      if (runtime?.version !== undefined) counts.set(runtime.version, (counts.get(runtime.version) ?? 0) + 1);
    }
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return counts;
}
