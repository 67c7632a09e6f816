import { z } from 'zod';
import { ProblemError } from '../../core/problem.ts';
import { minuteOf } from '../../core/usage-record.ts';
import { metricRange } from '../domain/metrics/metric-range.ts';
import { metricSeries } from '../domain/metrics/metric-series.ts';
import { instancePath, timeAnswer, timeField } from './fields.ts';
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

const quantiles = {
  p50Ms: amountField.nullable(),
  p95Ms: amountField.nullable(),
  p99Ms: amountField.nullable(),
};

const stepField = z.enum(['minute', 'hour']);

const pointAnswer = z
  .object({
    time: timeAnswer.meta({ description: 'Start of the minute or hour.' }),
    ...callsAnswer.shape,
    ...quantiles,
    bytesIn: amountField,
    bytesOut: amountField,
    streams: amountField.nullable().meta({
      description:
        'Standing streams of clients, at their most; the mean where the instance slept, by the seconds that were counted since.',
    }),
    streamSeconds: amountField.meta({
      description: 'Seconds that streams were open, in the step in which they were counted: up to a quarter of an hour later.',
    }),
    memoryBytes: amountField.nullable().meta({ description: 'Of all its processes, at its highest.' }),
    cpuPercent: amountField.nullable().meta({ description: 'Of one processor.' }),
    restarts: countField.meta({ description: 'How often it died, or did not answer and was replaced.' }),
    wakes: countField,
    wakeMs: amountField.nullable().meta({ description: 'What a wake took, at the mean.' }),
    rateLimitRemaining: amountField
      .nullable()
      .meta({ description: 'Calls that Smartlead would still have taken, at the least.' }),
  })
  .meta({ id: 'MetricPoint', description: 'null where it is not known, as of an instance that did not run.' });

const toolAnswer = z
  .object({ tool: z.string(), ...callsAnswer.shape, ...quantiles })
  .meta({ id: 'ToolMetrics', description: 'Calls of one tool in the whole period, as the instance saw them.' });

const seriesAnswer = z
  .object({
    from: timeAnswer,
    to: timeAnswer,
    step: stepField,
    points: z.array(pointAnswer),
    tools: z.array(toolAnswer).meta({ description: 'The most called first.' }),
  })
  .meta({ id: 'MetricSeries' });

const metricsAnswer = z
  .object({
    lastHour: callsAnswer,
    lastDay: callsAnswer.meta({ description: 'The last 24 hours.' }),
    live: z
      .object({
        sessions: amountField.nullable().meta({ description: 'Open MCP sessions.' }),
        memoryBytes: amountField.nullable(),
        uptimeSeconds: amountField.nullable(),
        rateLimit: rateLimitAnswer
          .nullable()
          .meta({ description: 'null where the instance has no limit of its own, or was not asked.' }),
      })
      .nullable()
      .meta({
        description:
          'What the instance told a moment ago; null where it does not run or did not answer. What it was not asked is null, too.',
      }),
    series: seriesAnswer,
  })
  .meta({ id: 'InstanceMetrics' });

const getMetrics = defineRoute({
  method: 'GET',
  path: '/v1/instances/{id}/metrics',
  operationId: 'getInstanceMetrics',
  summary: 'Read how busy an instance is',
  description:
    'Counted calls, what the running instance tells of itself at this moment, and how it did before: by minute for a day, by hour for a month. By default the last hour by minute. Latencies are at most 10% off.',
  access: 'viewer',
  params: instancePath,
  query: z.strictObject({
    from: timeField.optional().meta({ description: 'Start, inclusive.' }),
    to: timeField.optional().meta({ description: 'End, exclusive; now where it is absent.' }),
    step: stepField.default('minute'),
  }),
  response: { status: 200, description: 'The numbers.', schema: metricsAnswer },
  async handle({ platform, subject, params, query }) {
    const { step } = query;
    const range = metricRange(query, platform.clock.now());
    if ('errors' in range) throw new ProblemError('invalid-input', { errors: range.errors });
    const { status, runtime } = await findVisibleInstance(platform, subject, params.id);
    // The address of one that does not run may be another's by now.
    const reading = status === 'running' && runtime !== null ? platform.instanceMetrics.read(runtime, params.id) : undefined;
    const [lastHour, lastDay, live, rows, usage] = await Promise.all([
      countCalls(platform, subject.workspaceId, params.id, hour),
      countCalls(platform, subject.workspaceId, params.id, 24 * hour),
      reading,
      platform.instanceMetricHistory.read(params.id, { step, ...range }),
      platform.usage.read(subject.workspaceId, { ...range, step, instanceId: params.id }),
    ]);
    return {
      body: { lastHour, lastDay, live: live ?? null, series: { ...range, step, ...metricSeries(range, step, rows, usage) } },
    };
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
  description: 'How busy instances are, and were',
  routes: [getMetrics],
};
