import { z } from 'zod';
import { identifierSchema } from '../../core/identifiers.ts';
import { ProblemError } from '../../core/problem.ts';
import { usageRange } from '../domain/usage-range.ts';
import { timeAnswer, timeField } from './fields.ts';
import { type ApiResource, defineRoute } from './route.ts';
import { findVisibleInstance } from './visible-instances.ts';

/** Rows of one answer at most, so that it stays of a bearable size: about 8 MB. */
const mostRows = 50_000;

const stepField = z.enum(['minute', 'hour', 'day']);
const countField = z.int().min(0);
const trafficFields = {
  bytesIn: countField.meta({ description: 'Bytes of the messages that clients sent.' }),
  bytesOut: countField.meta({ description: 'Bytes of the answers. What arrived on a stream counts for the stream.' }),
  streamSeconds: countField.meta({
    description: 'Seconds that streams were open, all of them together; counted up to a quarter of an hour later.',
  }),
};

const usageAnswer = z
  .object({
    from: timeAnswer,
    to: timeAnswer,
    step: stepField,
    totals: z.object({ calls: countField, errors: countField, ...trafficFields }),
    items: z.array(
      z.object({
        instanceId: z.string(),
        tool: z.string().meta({ description: 'Name of the tool; `(stream)` for open streams, `(protocol)` for other messages.' }),
        time: timeAnswer.meta({ description: 'Start of the minute, hour or day, in UTC.' }),
        calls: countField,
        errors: countField,
        ...trafficFields,
      }),
    ),
    nextCursor: z.null(),
  })
  .meta({ id: 'Usage' });

const getUsage = defineRoute({
  method: 'GET',
  path: '/v1/usage',
  operationId: 'getUsage',
  summary: 'Count tool calls and traffic',
  description: 'By default of the last 24 hours, by hour. Oldest first. Counts are kept for 92 days.',
  access: 'viewer',
  query: z.strictObject({
    from: timeField.optional().meta({ description: 'Start, inclusive.' }),
    to: timeField.optional().meta({ description: 'End, exclusive.' }),
    step: stepField.default('hour'),
    instanceId: identifierSchema('instance').optional(),
  }),
  response: { status: 200, description: 'The counts.', schema: usageAnswer },
  problems: ['not-found'],
  async handle({ platform, subject, query }) {
    const { step, instanceId } = query;
    const range = usageRange(query, platform.clock.now());
    if ('errors' in range) throw new ProblemError('invalid-input', { errors: range.errors });
    if (instanceId !== undefined) await findVisibleInstance(platform, subject, instanceId);
    const items = await platform.usage.read(subject.workspaceId, { ...range, step, instanceId, limit: mostRows + 1 });
    if (items.length > mostRows) {
      const advice = `asks for more than ${mostRows} rows; take a longer step, a later "from", or one instance`;
      throw new ProblemError('invalid-input', { errors: [{ path: 'step', message: advice }] });
    }
    const totals = { calls: 0, errors: 0, bytesIn: 0, bytesOut: 0, streamSeconds: 0 };
    for (const item of items) {
      totals.calls += item.calls;
      totals.errors += item.errors;
      totals.bytesIn += item.bytesIn;
      totals.bytesOut += item.bytesOut;
      totals.streamSeconds += item.streamSeconds;
    }
    return { body: { ...range, step, totals, items, nextCursor: null } };
  },
});

export const usage: ApiResource = { name: 'usage', description: 'How much instances were used', routes: [getUsage] };
