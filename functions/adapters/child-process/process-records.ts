import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { processIdentity } from '../process-identity.ts';

const recordSchema = z.object({ instanceId: z.string(), processId: z.number().int().positive(), identity: z.string() });
const extension = '.json';

/**
 * Remembers on disk which processes run, one small file per instance, so that those a killed platform left behind can be found.
 * Instances end by themselves when their platform dies; this is for one that hangs and does not.
 */
export class ProcessRecords {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Records the process. Where the system cannot identify processes, nothing is recorded: a wrong kill is worse than a leftover. */
  async add(instanceId: string, processId: number): Promise<void> {
    const identity = processIdentity(processId);
    if (identity === undefined) return;
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await writeFile(this.#pathOf(instanceId), JSON.stringify({ instanceId, processId, identity }), { mode: 0o600 });
  }

  async remove(instanceId: string): Promise<void> {
    await rm(this.#pathOf(instanceId), { force: true });
  }

  /**
   * Kills the recorded processes that still run and forgets all records. To be called before anything is launched. Answers the
   * ids of the instances whose processes were killed.
   */
  async sweep(): Promise<string[]> {
    const names = (await readdir(this.#folder).catch(() => [])).filter((name) => name.endsWith(extension));
    const swept = await Promise.all(names.map((name) => this.#sweepOne(join(this.#folder, name))));
    return swept.filter((instanceId) => instanceId !== undefined);
  }

  async #sweepOne(path: string): Promise<string | undefined> {
    const record = recordSchema.safeParse(await readJson(path));
    let swept: string | undefined;
    if (record.success) {
      const { instanceId, processId, identity } = record.data;
      if (await killIfSame(processId, identity)) swept = instanceId;
    }
    await rm(path, { force: true });
    return swept;
  }

  #pathOf(instanceId: string): string {
    if (!/^[\w-]+$/.test(instanceId)) throw new Error('An instance id that cannot be a file name was refused.');
    return join(this.#folder, `${instanceId}${extension}`);
  }
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Kills the process group if its leader is still the process that was recorded, and waits until it is gone. */
async function killIfSame(processId: number, identity: string): Promise<boolean> {
  if (processIdentity(processId) !== identity) return false;
  try {
    process.kill(-processId, 'SIGKILL');
  } catch {
    return false;
  }
  for (let tries = 0; tries < 200 && processIdentity(processId) === identity; tries += 1) await sleep(10);
  return true;
}
