import { ProblemError } from '../../core/problem.ts';
import type { Instance, InstanceChange, InstanceStore } from '../ports.ts';

const attempts = 10;

/**
 * Changes an instance on the condition that nobody changed it since it was read: `decide` sees the present row and answers the
 * change, or `undefined` for none; where another writer was faster, it is asked again with the newer row. What `decide` throws goes
 * to the caller.
 *
 * Answers the changed instance, or `undefined` where nothing was changed or the instance does not exist. Rejects with ProblemError
 * `conflict` where others were faster ten times.
 */
export async function changeInstance(
  instances: Pick<InstanceStore, 'findById' | 'update'>,
  instanceId: string,
  decide: (present: Instance) => InstanceChange | undefined,
): Promise<Instance | undefined> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const present = await instances.findById(instanceId);
    if (present === undefined) return undefined;
    const change = decide(present);
    if (change === undefined) return undefined;
    const changed = await instances.update(instanceId, change, present.version);
    if (changed !== undefined) return changed;
  }
  throw new ProblemError('conflict', {
    detail: 'The instance was changed by others at the same time. Try again.',
    retryAfter: 1,
  });
}
