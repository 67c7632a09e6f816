import { readFileSync } from 'node:fs';
import { descendants } from '../../e2e/process-tree.ts';
import { memoryOfProcess, settledMemoryOf } from '../instance/process-memory.ts';
import { atLeast, atMost, type Samples } from '../instance/report.ts';
import { median } from '../measure.ts';
import { family, memoryMebibytes } from '../programs.ts';
import type { RunningPlatform } from './platform.ts';

/** How many processes of instances there are at once while the fleet is made. */
const awakeAtOnce = 16;
const sleepAfterSeconds = 5;

const isInstance = (pid: number) => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('--managed');
  } catch {
    return false;
  }
};
const instancesBelow = (pid: number) => descendants(pid).filter(isInstance);

/** Many instances that all sleep: no process is left, and the platform itself has hardly grown. */
export async function measureFleet(
  samples: Samples,
  platform: RunningPlatform,
  size: number,
  say: (text: string) => void,
): Promise<void> {
  const ids: string[] = [];
  const add = async () => {
    const { id } = await platform.createInstance({ sleepAfterSeconds });
    ids.push(id);
    await platform.waitFor(id, 'sleeping', 60_000, 50);
  };
  const addMany = async (count: number) => {
    let left = count;
    const one = async () => {
      while (left > 0) {
        left -= 1;
        await add();
      }
    };
    await Promise.all(Array.from({ length: Math.min(awakeAtOnce, count) }, one));
  };
  // What the platform keeps for any number of instances is there after a few.
  await addMany(awakeAtOnce);
  const before = await ownMemory(platform.pid);
  say(`${size} instances that sleep`);
  await addMany(size);
  const after = await ownMemory(platform.pid);
  samples.add(`${size} instances asleep: instances made`, ids.length - awakeAtOnce, atLeast(size, 'instances'));
  samples.add(`${size} instances asleep: processes of instances`, instancesBelow(platform.pid).length, atMost(0, 'processes'));
  samples.add(`${size} instances asleep: RSS of the platform grew by, MiB`, after.platform - before.platform, atMost(20, 'MiB'));
  samples.add(`${size} instances asleep: RSS of the platform, MiB`, after.platform);
  samples.add(`${size} instances asleep: its database grew by, MiB`, after.database - before.database);
  for (const id of ids) await platform.rest.delete(`/v1/instances/${id}`);
}

/**
 * Of the platform's own process and of its database. The platform's is its RSS, what an operator sees: a proportional size would grow
 * whenever another Node process on the machine ends that shared the pages of the binary. The database is many processes over the same
 * buffers, which RSS would count as often. The platform goes on working while it is looked at, so it is looked at a few times, each
 * time after a garbage collection.
 */
async function ownMemory(pid: number): Promise<{ platform: number; database: number }> {
  const readings: number[] = [];
  while (readings.length < 5) {
    await settledMemoryOf(pid);
    readings.push(memoryOfProcess(pid).rssMebibytes);
  }
  return { platform: median(readings), database: memoryMebibytes(family(pid).filter((member) => member !== pid)) };
}
