import { z } from 'zod';
import { ProblemError } from '../../core/problem.ts';
import type { InstanceLogEntry, Subject } from '../ports.ts';
import { instancePath, lineOfText, pageOf, pageQuery, timeAnswer, timeField } from './fields.ts';
import { followLogs, longestStream } from './follow-logs.ts';
import { followLogsBriefly } from './follow-logs-briefly.ts';
import { reserveLogStream } from './log-streams.ts';
import type { Platform } from './platform.ts';
import { type ApiResource, defineRoute } from './route.ts';
import { findVisibleInstance, isDeleted } from './visible-instances.ts';

const logEntryAnswer = z
  .object({
    id: z.string(),
    time: timeAnswer,
    level: z.enum(['debug', 'info', 'warn', 'error']),
    message: z.string(),
    tool: z.string().optional(),
    durationMs: z.number().optional(),
    outcome: z.string().optional().meta({ description: '`ok`, or an error code such as `smartlead_rate_limited`.' }),
    requestId: z.string().optional(),
    arguments: z.string().optional().meta({
      description: 'Arguments of the call as JSON text, shortened, without secrets; only while argument logging is on.',
    }),
  })
  .meta({ id: 'LogEntry' });

const listLogs = defineRoute({
  method: 'GET',
  path: '/v1/instances/{id}/logs',
  operationId: 'listLogs',
  summary: 'Read, or follow, what an instance logged',
  description:
    'With `follow=true` a `text/event-stream`: the newest 50 entries, oldest first, then new ones as they come, each as `data: <entry>` with its id as `id:`. It ends after 15 minutes; open it again with the last id in the header `Last-Event-ID` to go on where it ended. An event `gap` says how many entries were left out because you read too slowly. Where answers cannot be streamed, it ends as soon as there is something to show and after 20 seconds at the latest, and says in `retry:` when to open it again in the same way.',
  access: 'viewer',
  params: instancePath,
  query: pageQuery.extend({
    level: z.enum(['debug', 'info', 'warn', 'error']).optional(),
    tool: lineOfText({ minimum: 1, maximum: 100 }).optional().meta({ description: 'Name of a tool.' }),
    outcome: lineOfText({ minimum: 1, maximum: 100 })
      .optional()
      .meta({ description: '`ok`, or an error code such as `smartlead_rate_limited`.' }),
    requestId: lineOfText({ minimum: 1, maximum: 200 }).optional().meta({ description: 'Id of one request.' }),
    search: lineOfText({ minimum: 1, maximum: 200 }).optional().meta({ description: 'Text in the message.' }),
    from: timeField.optional().meta({ description: 'Start, inclusive.' }),
    to: timeField.optional().meta({ description: 'End, exclusive.' }),
    follow: z
      .enum(['true', 'false'])
      .default('false')
      .meta({ description: 'Whether to stay connected. Where it is, `limit` and `cursor` mean nothing.' }),
  }),
  response: { status: 200, description: 'Newest first.', schema: pageOf(logEntryAnswer), eventStream: true },
  problems: ['limit-reached'],
  async handle({ platform, subject, params, query, headers, streaming, signal }) {
    await findVisibleInstance(platform, subject, params.id);
    const { limit, cursor, follow, ...filter } = query;
    if (filter.from !== undefined && filter.to !== undefined && Date.parse(filter.from) >= Date.parse(filter.to)) {
      throw new ProblemError('invalid-input', { errors: [{ path: 'from', message: 'must be before "to"' }] });
    }
    if (follow === 'false') {
      return { body: await platform.instanceLogs.list(params.id, filter, { limit, cursor }) };
    }
    const show = (entry: InstanceLogEntry) => logEntryAnswer.parse(entry);
    const follower = { filter, lastEventId: headers['last-event-id'], signal, show };
    const feed = platform.instanceLogFeed;
    if (!streaming || feed === null) return { stream: followLogsBriefly(platform, params.id, follower) };
    const release = reserveLogStream(platform, subject.workspaceId, longestStream, signal);
    const mayFollow = () => mayStillRead(platform, subject, params.id);
    return { stream: ending(followLogs(platform, feed, params.id, { ...follower, mayFollow }), release) };
  },
});

/** Whether the reader still belongs to the workspace and the instance still exists. Yes, while that cannot be found out. */
async function mayStillRead(platform: Platform, { userId, workspaceId }: Subject, instanceId: string): Promise<boolean> {
  try {
    const instance = await platform.instances.find(workspaceId, instanceId);
    if (instance === undefined || isDeleted(instance)) return false;
    return (await platform.accounts.findMembership(userId, workspaceId)) !== undefined;
  } catch {
    return true;
  }
}

async function* ending(stream: AsyncIterable<string>, ended: () => void): AsyncGenerator<string, void, undefined> {
  try {
    yield* stream;
  } finally {
    ended();
  }
}

const eventAnswer = z
  .object({ id: z.string(), time: timeAnswer, type: z.string(), message: z.string() })
  .meta({ id: 'InstanceEvent' });

const listEvents = defineRoute({
  method: 'GET',
  path: '/v1/instances/{id}/events',
  operationId: 'listEvents',
  summary: 'Read what happened to an instance',
  access: 'viewer',
  params: instancePath,
  query: pageQuery,
  response: { status: 200, description: 'Newest first.', schema: pageOf(eventAnswer) },
  async handle({ platform, subject, params, query }) {
    await findVisibleInstance(platform, subject, params.id);
    return { body: await platform.instanceEvents.list(params.id, query) };
  },
});

export const logs: ApiResource = {
  name: 'logs',
  description: 'What instances logged, and what happened to them',
  routes: [listLogs, listEvents],
};
