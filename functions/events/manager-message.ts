import { z } from 'zod';
import { platformMessageSchema } from '../../core/platform-messages.ts';

/** What parts of the control plane tell the manager. As with what routers tell it, each may come twice and in any order. */
const controlPlaneMessageSchema = z.discriminatedUnion('kind', [
  /** Somebody looks at the clock for it: it is to compare what should be with what is. */
  z.object({ kind: z.literal('reconcile') }),
  /** The API put an operation into the operation queue. */
  z.object({
    kind: z.literal('operation-asked'),
    instanceId: z.string(),
    operation: z.enum(['start', 'stop', 'restart', 'delete', 'sleep']),
  }),
  /** An instance logged that Smartlead refused its key. */
  z.object({ kind: z.literal('key-refused'), instanceId: z.string() }),
  /** An operator began a rollout, which is stored. */
  z.object({ kind: z.literal('rollout-begun') }),
  /** An operator wants a rollout cancelled. */
  z.object({ kind: z.literal('rollout-cancel'), rolloutId: z.string() }),
  /** An operator has looked: so many of a kind that belong to nothing may be ended. */
  z.object({ kind: z.literal('orphans-confirmed'), atMost: z.int().min(1), at: z.iso.datetime() }),
]);
export type ControlPlaneMessage = z.infer<typeof controlPlaneMessageSchema>;

/**
 * What ECS tells of a task. Only what says which task it is; whoever launched it knows more of the rest.
 * Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_task_events.html
 */
export const taskChangeSchema = z.object({
  source: z.literal('aws.ecs'),
  'detail-type': z.literal('ECS Task State Change'),
  detail: z.looseObject({
    taskArn: z.string(),
    lastStatus: z.string(),
    desiredStatus: z.string().optional(),
    clusterArn: z.string().optional(),
  }),
});
export type TaskChange = z.infer<typeof taskChangeSchema>;

/**
 * The ARN of a task outside of the cluster of instances that is to be stopped and has not stopped yet: with a service, ECS takes it out
 * of its load balancer now and stops its containers only after the deregistration delay. `undefined` for any other news.
 * @param instanceCluster Name of the cluster of instances.
 */
export function stoppingTask({ detail }: TaskChange, instanceCluster: string): string | undefined {
  const { taskArn, lastStatus, desiredStatus, clusterArn } = detail;
  const isElsewhere = clusterArn !== undefined && !clusterArn.endsWith(`/${instanceCluster}`);
  return isElsewhere && desiredStatus === 'STOPPED' && lastStatus !== 'STOPPED' ? taskArn : undefined;
}

/**
 * What Step Functions tells of an execution, by best effort: an event may be missing, or come twice. `input` is the JSON text that it was
 * started with, absent where it was too large to be told. `error` is the name of the error of one that failed, where it is told.
 * Source: https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
 */
export const executionChangeSchema = z.object({
  source: z.literal('aws.states'),
  'detail-type': z.literal('Step Functions Execution Status Change'),
  detail: z.object({
    name: z.string(),
    status: z.enum(['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED', 'PENDING_REDRIVE']),
    input: z.string().nullish(),
    error: z.string().nullish(),
  }),
});
export type ExecutionChange = z.infer<typeof executionChangeSchema>['detail'];

const managerMessageSchema = z.union([platformMessageSchema, controlPlaneMessageSchema, taskChangeSchema, executionChangeSchema]);
export type ManagerMessage = z.infer<typeof managerMessageSchema>;

/** A message that nobody here sends. It is not repeated in the error: it may hold anything. */
export class UnknownMessageError extends Error {
  override readonly name = 'UnknownMessageError';
  constructor(cause?: unknown) {
    super('A message in the queue of the manager is none that it knows.', { cause });
  }
}

/** Reads the body of a message. Throws {@link UnknownMessageError}. */
export function readManagerMessage(body: string): ManagerMessage {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    // What JSON.parse says quotes the text.
    throw new UnknownMessageError();
  }
  const message = managerMessageSchema.safeParse(json);
  if (!message.success) throw new UnknownMessageError();
  return message.data;
}
