import type { Instance, InstanceStore, Launcher } from '../ports.ts';

/** All instances of the installation, read page by page. */
export async function* everyInstance(instances: InstanceStore): AsyncGenerator<Instance, void, undefined> {
  let cursor: string | undefined;
  do {
    const page = await instances.listAll({ limit: 100, cursor });
    yield* page.items;
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
}

/** Single instances that are read at the same time. */
const readTogether = 20;

/** The instances of which the launcher knows a process, one read each: what rests is not read. */
export async function* runningInstances(
  launcher: Pick<Launcher, 'list'>,
  instances: Pick<InstanceStore, 'findById'>,
): AsyncGenerator<Instance, void, undefined> {
  const ids = [...new Set((await launcher.list()).map((process) => process.instanceId))];
  for (let start = 0; start < ids.length; start += readTogether) {
    const found = await Promise.all(ids.slice(start, start + readTogether).map((id) => instances.findById(id)));
    yield* found.filter((instance) => instance !== undefined);
  }
}

/** Does the work for every item, for at most `limit` of them at a time. The work must not reject. */
export async function forEachConcurrently<Item>(
  items: AsyncIterator<Item, void, undefined>,
  limit: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const worker = async () => {
    for (let next = await items.next(); !next.done; next = await items.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: limit }, worker));
}
