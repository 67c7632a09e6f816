import { z } from 'zod';
import { minuteOf } from '../../core/usage-record.ts';
import { instancePath } from './fields.ts';
import type { Platform } from './platform.ts';
import { type ApiResource, defineRoute } from './route.ts';
import { findVisibleInstance } from './visible-instances.ts';

const hour = 60 * 60 * 1000;

const countField = z.int().min(0);
const amountField = z.number().min(0);
const callsAnswer = z.object({ calls: countField, errors: countField });

const rateLimitAnswer = z
  .object({
    perSecond: amountField,
    perMinute: amountField,
    usedLastMinute: amountField.meta({ description: 'Calls that left for Smartlead in the last 60 seconds.' }),
    waiting: amountField.meta({ description: 'Calls that wait for their turn.' }),
    pausedSeconds: amountField.meta({ description: 'For how long Smartlead wants no call; 0 where it does not mind.' }),
    remaining: amountField
      .nullable()
      .meta({ description: 'Calls that may still leave in the present window, by Smartlead’s last word and by the limit.' }),
    learned: z.boolean().meta({ description: 'Whether the limit was learned from Smartlead’s answers.' }),
  })
  .meta({ id: 'RateLimit', description: 'How fast the instance may call Smartlead, and how much of that is used.' });

const metricsAnswer = z
  .object({
    lastHour: callsAnswer,
    lastDay: callsAnswer.meta({ description: 'The last 24 hours.' }),
    live: z
      .object({
        sessions: amountField.nullable().meta({ description: 'Open MCP sessions.' }),
        memoryBytes: amountField.nullable(),
        uptimeSeconds: amountField.nullable(),
        rateLimit: rateLimitAnswer.nullable().meta({ description: 'null where the instance has no limit of its own.' }),
      })
      .nullable()
      .meta({
        description: 'What the instance told a moment ago; null where it does not run or did not answer within a second.',
      }),
  })
  .meta({ id: 'InstanceMetrics' });

const getMetrics = defineRoute({
  method: 'GET',
  path: '/v1/instances/{id}/metrics',
  operationId: 'getInstanceMetrics',
  summary: 'Read how busy an instance is',
  description: 'Counted calls, and what the running instance tells of itself at this moment.',
  access: 'viewer',
  params: instancePath,
  response: { status: 200, description: 'The numbers.', schema: metricsAnswer },
  async handle({ platform, subject, params }) {
    const { status, runtime } = await findVisibleInstance(platform, subject, params.id);
    // The address of one that does not run may be another's by now.
    const reading = status === 'running' && runtime !== null ? platform.instanceMetrics.read(runtime) : undefined;
    const [lastHour, lastDay, live] = await Promise.all([
      countCalls(platform, subject.workspaceId, params.id, hour),
      countCalls(platform, subject.workspaceId, params.id, 24 * hour),
      reading,
    ]);
    return { body: { lastHour, lastDay, live: live ?? null } };
  },
});

/** Calls of the last so many milliseconds, to the minute. */
async function countCalls(platform: Platform, workspaceId: string, instanceId: string, milliseconds: number) {
  const now = platform.clock.now();
  const rows = await platform.usage.read(workspaceId, {
    from: minuteOf(new Date(now.getTime() - milliseconds)),
    to: now.toISOString(),
    step: 'day',
    instanceId,
  });
  return rows.reduce((sum, row) => ({ calls: sum.calls + row.calls, errors: sum.errors + row.errors }), { calls: 0, errors: 0 });
}

export const metrics: ApiResource = {
  name: 'metrics',
  description: 'How busy instances are at this moment',
  routes: [getMetrics],
};
