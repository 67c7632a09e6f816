import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { identifierPrefixes } from '../../../core/identifiers.ts';
import { processIdentity } from '../process-identity.ts';

const recordSchema = z.object({
  /** Identifier of the instance, or of a warm process that belongs to none. */
  instanceId: z.string(),
  replica: z.number().int().min(0).default(0),
  processId: z.number().int().positive(),
  identity: z.string(),
});
const extension = '.json';

/** A process as it was recorded when it was launched. */
export type RecordedProcess = z.infer<typeof recordSchema>;

/** The instance that a recorded process belongs to; `null` for one that waited for its customer. */
export function instanceOf({ instanceId }: Pick<RecordedProcess, 'instanceId'>): string | null {
  return instanceId.startsWith(`${identifierPrefixes.warmProcess}_`) ? null : instanceId;
}

/**
 * Remembers on disk which processes run, one small file per process, so that those a killed platform left behind can be found.
 * Instances end by themselves when their platform dies; this is for one that hangs and does not.
 */
export class ProcessRecords {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Records the process. Where the system cannot identify processes, nothing is recorded: a wrong kill is worse than a leftover. */
  async add(instanceId: string, replica: number, processId: number): Promise<void> {
    const identity = processIdentity(processId);
    if (identity === undefined) return;
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const record: RecordedProcess = { instanceId, replica, processId, identity };
    await writeFile(this.#pathOf(instanceId, replica), JSON.stringify(record), { mode: 0o600 });
  }

  async remove(instanceId: string, replica: number): Promise<void> {
    await rm(this.#pathOf(instanceId, replica), { force: true });
  }

  /**
   * The recorded processes that still live, of those the condition is true for. Records of processes that are gone, and files that
   * are no records, are cleared away; those for which the condition is false are not looked at.
   */
  async listLiving(isMeant: (instanceId: string, replica: number) => boolean = () => true): Promise<RecordedProcess[]> {
    const names = (await readdir(this.#folder).catch(() => [])).filter((name) => name.endsWith(extension));
    const records = await Promise.all(
      names.map(async (name) => {
        const { instanceId, replica } = processOf(name);
        return isMeant(instanceId, replica) ? this.#readLiving(join(this.#folder, name)) : undefined;
      }),
    );
    return records.filter((record) => record !== undefined);
  }

  /**
   * Kills the recorded process, if it still is the one that was recorded, and forgets it. Answers the id of its instance where there
   * was something to kill. A process that does not end stays recorded, to be tried again.
   */
  async end({ instanceId, replica, processId, identity }: RecordedProcess): Promise<string | undefined> {
    const wasAlive = killIfSame(processId, identity);
    for (let tries = 0; tries < 200 && processIdentity(processId) === identity; tries += 1) await sleep(10);
    if (processIdentity(processId) !== identity) await this.remove(instanceId, replica);
    return wasAlive ? instanceId : undefined;
  }

  async #readLiving(path: string): Promise<RecordedProcess | undefined> {
    const record = recordSchema.safeParse(await readJson(path)).data;
    if (record && processIdentity(record.processId) === record.identity) return record;
    await rm(path, { force: true });
    return undefined;
  }

  #pathOf(instanceId: string, replica: number): string {
    if (!/^[\w-]+$/.test(instanceId)) throw new Error('An instance id that cannot be a file name was refused.');
    return join(this.#folder, `${instanceId}${replica === 0 ? '' : `.${replica}`}${extension}`);
  }
}

/** Which process a file's name stands for: `<instance>.json`, or `<instance>.<replica>.json`. */
function processOf(fileName: string): { instanceId: string; replica: number } {
  const [instanceId = '', replica = '0'] = fileName.slice(0, -extension.length).split('.');
  return { instanceId, replica: Number(replica) };
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Kills the process group if its leader is still the process that was recorded. */
function killIfSame(processId: number, identity: string): boolean {
  if (processIdentity(processId) !== identity) return false;
  try {
    process.kill(-processId, 'SIGKILL');
    return true;
  } catch {
    return false;
  }
}
