import type { Instance, InstanceChange, InstanceStore } from '../ports.ts';
import { DependencyUnavailable } from './lifecycle-errors.ts';

const attempts = 10;

/**
 * Changes an instance on the condition that nobody changed it since it was read: `decide` sees the present row and answers the
 * change, or `undefined` for none; where another writer was faster, it is asked again with the newer row.
 *
 * Answers the changed instance, or `undefined` where nothing was changed or the instance does not exist. Rejects with
 * DependencyUnavailable where others were faster ten times.
 */
export async function changeInstance(
  instances: InstanceStore,
  instanceId: string,
  decide: (present: Instance) => InstanceChange | undefined,
): Promise<Instance | undefined> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const present = await instances.findById(instanceId);
    if (!present) return undefined;
    const change = decide(present);
    if (!change) return undefined;
    const changed = await instances.update(instanceId, change, present.version);
    if (changed) return changed;
  }
  throw new DependencyUnavailable(new Error('Other writers changed the instance ten times in between.'));
}
