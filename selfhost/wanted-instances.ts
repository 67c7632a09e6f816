import type { InstanceStore } from '../functions/ports.ts';

/** How many instances should run. */
export async function countWantedInstances(instances: Pick<InstanceStore, 'listAll'>): Promise<number> {
  let count = 0;
  let cursor: string | undefined;
  do {
    const page = await instances.listAll({ limit: 500, cursor });
    count += page.items.filter(({ desiredState }) => desiredState === 'running').length;
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return count;
}
