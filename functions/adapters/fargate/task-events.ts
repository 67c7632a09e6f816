import { z } from 'zod';
import type { InstanceExit, InstanceTask } from '../../ports.ts';
import { type EndedTask, endReason, exitOf } from './failure-words.ts';
import { addressOf, isRunning, originOf, type TaskOrigin } from './task-identity.ts';

/**
 * What the platform reads of an event "ECS Task State Change". EventBridge delivers each at least once, in any order. Tags are not in it,
 * `startedBy` is. Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_task_events.html
 */
const eventSchema = z.object({
  source: z.literal('aws.ecs'),
  'detail-type': z.literal('ECS Task State Change'),
  detail: z.object({
    taskArn: z.string(),
    startedBy: z.string().optional(),
    lastStatus: z.string(),
    desiredStatus: z.string(),
    stopCode: z.string().optional(),
    stoppedReason: z.string().optional(),
    containers: z.array(z.object({ exitCode: z.number().optional(), reason: z.string().optional() })).optional(),
    attachments: z
      .array(
        z.object({
          // Events say `eni` where the API says ElasticNetworkInterface.
          type: z.string(),
          details: z.array(z.object({ name: z.string(), value: z.string().optional() })).default([]),
        }),
      )
      .optional(),
  }),
});

interface TaskNews {
  ref: string;
  origin: TaskOrigin;
}

/**
 * `running`: its container runs. `ending`: it is about to end, as two minutes before AWS takes Spot capacity back, when the container has
 * got its signal already. `ended`: it is gone.
 */
export type TaskEvent =
  | (TaskNews & { kind: 'running'; address: string })
  | (TaskNews & { kind: 'ending' | 'ended'; task: EndedTask /** By this platform. */; wasAskedFor: boolean });

/** Reads a message; `undefined` where it is no news of a task of this platform. */
export function parseTaskEvent(message: unknown): TaskEvent | undefined {
  const detail = eventSchema.safeParse(message).data?.detail;
  const origin = originOf(detail?.startedBy);
  if (detail === undefined || origin === undefined) return undefined;
  const news: TaskNews = { ref: detail.taskArn, origin };
  if (isRunning(detail)) {
    const attachments = detail.attachments?.map(({ type, details }) => ({
      type: type === 'eni' ? 'ElasticNetworkInterface' : type,
      details,
    }));
    const address = addressOf({ attachments: attachments ?? [] });
    return address === undefined ? undefined : { ...news, kind: 'running', address };
  }
  if (detail.desiredStatus !== 'STOPPED') return undefined;
  const { stopCode, stoppedReason, containers } = detail;
  const wasAskedFor = stoppedReason === endReason;
  return {
    ...news,
    kind: detail.lastStatus === 'STOPPED' ? 'ended' : 'ending',
    task: { stopCode, stoppedReason, containers },
    wasAskedFor,
  };
}

/** The exit of an instance's process that the event tells of. */
export function exitFromEvent(
  { instanceId, replica }: InstanceTask,
  { ref, task }: Extract<TaskEvent, { task: EndedTask }>,
): InstanceExit {
  const { reason, outOfMemory } = exitOf(task);
  return { instanceId, ...(replica === 0 ? {} : { replica }), ref, reason, ...(outOfMemory ? { outOfMemory } : {}) };
}
