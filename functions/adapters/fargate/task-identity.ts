import type { Tag, Task } from '@aws-sdk/client-ecs';
import { identifierPrefixes } from '../../../core/identifiers.ts';
import type { InstanceSize } from '../../../core/instance-configuration.ts';
import type { InstanceTask, RunningProcess, TaskPlace } from '../../ports.ts';
import { instancePort } from './settings.ts';

/** Why and for whom a task was started. What waits for a customer has no place yet; it keeps this origin when it is assigned. */
export interface TaskOrigin {
  id: string;
  place?: TaskPlace;
}

const warm = 'warm';
const idPattern = new RegExp(`^${identifierPrefixes.warmProcess}_[0-9a-z]+$`);

/** The origin as ECS keeps it: up to 128 letters, digits, -, / and _ (`startedBy` of RunTask). Tasks can be listed by it. */
export function startedBy({ id, place }: TaskOrigin): string {
  return place === undefined ? `${warm}/${id}` : `${place.instanceId}/${place.replica}/${id}`;
}

/** `undefined` where the task was not started by this platform. */
export function originOf(text: string | undefined): TaskOrigin | undefined {
  const parts = (text ?? '').split('/');
  const id = parts.at(-1) ?? '';
  if (!idPattern.test(id)) return undefined;
  const [instanceId = '', replica = ''] = parts;
  if (parts.length === 2) return instanceId === warm ? { id } : undefined;
  if (parts.length !== 3 || !/^\d{1,2}$/.test(replica)) return undefined;
  return { id, place: { instanceId, replica: Number(replica) } };
}

/** Tags that make a task an instance's. */
export function instanceTags(task: TaskPlace & { version: string; processes?: number }): Tag[] {
  const { instanceId, replica, version, processes } = task;
  return tagsOf({
    instance: instanceId,
    replica: String(replica),
    version,
    ...(processes === undefined ? {} : { processes: String(processes) }),
  });
}

/** Tags of a task that waits for a customer. */
export function warmTags({ version, size }: { version: string; size: InstanceSize }): Tag[] {
  return tagsOf({ version, size });
}

export function serviceTags(stage: string): Tag[] {
  return tagsOf({ service: 'smartlead-mcp', stage });
}

function tagsOf(tags: Record<string, string>): Tag[] {
  return Object.entries(tags).map(([key, value]) => ({ key, value }));
}

export function readTag({ tags }: Pick<Task, 'tags'>, name: string): string | undefined {
  return tags?.find(({ key }) => key === name)?.value;
}

/** Base URL of the task on the private network; `undefined` while it has no address. */
export function addressOf({ attachments }: Pick<Task, 'attachments'>): string | undefined {
  const details = attachments?.find(({ type }) => type === 'ElasticNetworkInterface')?.details;
  const host = details?.find(({ name }) => name === 'privateIPv4Address')?.value;
  return host === undefined ? undefined : `http://${host}:${instancePort}`;
}

/** Whether the container runs and nobody has asked for its end. */
export function isRunning({ lastStatus, desiredStatus }: Pick<Task, 'lastStatus' | 'desiredStatus'>): boolean {
  return lastStatus === 'RUNNING' && desiredStatus === 'RUNNING';
}

/** Whether the task is about to end or has ended: nothing can bring it back. */
export function isOver({ lastStatus, desiredStatus }: Pick<Task, 'lastStatus' | 'desiredStatus'>): boolean {
  return desiredStatus === 'STOPPED' && lastStatus !== 'RUNNING' && lastStatus !== 'ACTIVATING';
}

/**
 * The process of an instance that a task is; `undefined` where it belongs to none or does not run.
 * @param place What is written down about the task, which counts before its tags: ECS may show them some time after they were added.
 */
export function processOf(
  task: Task,
  place?: Pick<InstanceTask, 'instanceId' | 'replica' | 'version' | 'processes'>,
): RunningProcess | undefined {
  const instanceId = place?.instanceId ?? readTag(task, 'instance');
  const address = addressOf(task);
  if (instanceId === undefined || address === undefined || task.taskArn === undefined || !isRunning(task)) return undefined;
  const replica = place?.replica ?? Number(readTag(task, 'replica') ?? 0);
  const version = place?.version ?? readTag(task, 'version');
  const processes = place?.processes ?? readTag(task, 'processes');
  return {
    instanceId,
    ...(replica === 0 ? {} : { replica }),
    runtime: {
      launcher: 'fargate',
      ref: task.taskArn,
      address,
      ...(version === undefined ? {} : { version }),
      ...(processes === undefined ? {} : { processes: Number(processes) }),
    },
  };
}
