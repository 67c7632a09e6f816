import { ProblemError } from '../../core/problem.ts';
import type { Instance, InstanceChange, Page, PageRequest, Subject } from '../ports.ts';
import type { Platform } from './platform.ts';

/**
 * An instance of the caller's workspace. Rejects with `not-found` where it does not exist, belongs to somebody else, or was
 * deleted by a customer and is only still being taken down.
 */
export async function findVisibleInstance(platform: Platform, subject: Subject, instanceId: string): Promise<Instance> {
  const instance = await platform.instances.find(subject.workspaceId, instanceId);
  if (instance === undefined || isDeleted(instance)) {
    throw new ProblemError('not-found', { detail: 'There is no instance with this id in your workspace.' });
  }
  return instance;
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

/** How often a change is decided anew because somebody else changed the instance at the same time. */
const attempts = 5;

/**
 * Changes an instance by what `decide` makes of its present state, so that no change of somebody else is lost. Where `decide`
 * answers `undefined` nothing is changed. Rejects with `not-found` like {@link findVisibleInstance}.
 */
export async function changeInstance<Decision extends { change: InstanceChange }>(
  platform: Platform,
  subject: Subject,
  instanceId: string,
  decide: (instance: Instance) => Decision | undefined,
): Promise<{ instance: Instance; decision: Decision | undefined }> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const present = await findVisibleInstance(platform, subject, instanceId);
    const decision = decide(present);
    if (decision === undefined) return { instance: present, decision };
    const changed = await platform.instances.update(instanceId, decision.change, present.version);
    if (changed !== undefined) return { instance: changed, decision };
  }
  throw new ProblemError('conflict', {
    detail: 'The instance was changed by others at the same time. Try again.',
    retryAfter: 1,
  });
}
