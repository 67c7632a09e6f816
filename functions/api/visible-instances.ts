import { ProblemError } from '../../core/problem.ts';
import { changeInstance } from '../domain/instance-change.ts';
import type { Instance, InstanceChange, Page, PageRequest, Subject } from '../ports.ts';
import type { Platform } from './platform.ts';

/**
 * An instance of the caller's workspace. Rejects with `not-found` where it does not exist, belongs to somebody else, or was
 * deleted by a customer and is only still being taken down.
 */
export async function findVisibleInstance(platform: Platform, subject: Subject, instanceId: string): Promise<Instance> {
  return requireVisible(await platform.instances.find(subject.workspaceId, instanceId), subject);
}

export function isDeleted(instance: Instance): boolean {
  return instance.desiredState === 'deleted';
}

/** One page of a list of instances, without deleted ones, and still filled up to its limit. */
export async function visiblePage(
  list: (page: PageRequest) => Promise<Page<Instance>>,
  { limit, cursor }: PageRequest,
): Promise<Page<Instance>> {
  const items: Instance[] = [];
  let next: string | null | undefined = cursor;
  do {
    const page: Page<Instance> = await list({ limit: limit - items.length, cursor: next ?? undefined });
    items.push(...page.items.filter((instance) => !isDeleted(instance)));
    next = page.nextCursor;
  } while (next !== null && items.length < limit);
  return { items, nextCursor: next };
}

/**
 * Changes an instance by what `decide` makes of its present state, so that no change of somebody else is lost. Where `decide`
 * answers `undefined` nothing is changed. Rejects with `not-found` like {@link findVisibleInstance}, and with `conflict` where others
 * change it again and again.
 */
export async function changeVisibleInstance<Decision extends { change: InstanceChange }>(
  platform: Platform,
  subject: Subject,
  instanceId: string,
  decide: (instance: Instance) => Decision | undefined,
): Promise<{ instance: Instance; decision: Decision | undefined }> {
  let latest: { instance: Instance; decision: Decision | undefined } | undefined;
  const changed = await changeInstance(platform.instances, instanceId, (present) => {
    const instance = requireVisible(present, subject);
    latest = { instance, decision: decide(instance) };
    return latest.decision?.change;
  });
  if (changed === undefined && latest?.decision !== undefined) throw noSuchInstance(); // Gone between the two reads.
  const { instance, decision } = latest ?? { instance: requireVisible(undefined, subject), decision: undefined };
  return { instance: changed ?? instance, decision };
}

function requireVisible(instance: Instance | undefined, { workspaceId }: Subject): Instance {
  if (instance === undefined || instance.workspaceId !== workspaceId || isDeleted(instance)) throw noSuchInstance();
  return instance;
}

function noSuchInstance(): ProblemError {
  return new ProblemError('not-found', { detail: 'There is no instance with this id in your workspace.' });
}
