import { randomUUID } from 'node:crypto';
import { linkSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { processIdentity } from '../../functions/adapters/process-identity.ts';
import { inDataFolder, makeDataFolder } from './data-folder.ts';
import { DataFolderInUseError } from './errors.ts';

export interface DataFolderLock {
  release(): void;
}

const prefix = 'service.lock.';

/**
 * Makes this process the only one that serves the data folder, creating the folder (mode 0700) where it is missing.
 * Throws {@link DataFolderInUseError} while another live process holds it, and DataFolderError where the folder cannot be used.
 *
 * Node has no file locks that the system releases when a process dies, so the holder leaves its process id and start time. To take
 * over from a dead holder safely, each holder creates a file with a number one higher than the last: only one of several rivals can
 * create it, and since the highest number is never removed, a rival that slept in between finds that it is no longer the highest.
 */
export function lockDataFolder(dataDir: string): DataFolderLock {
  makeDataFolder(dataDir);
  return inDataFolder(dataDir, () => takeLock(dataDir));
}

function takeLock(dataDir: string): DataFolderLock {
  const own = JSON.stringify({ pid: process.pid, started: processIdentity(process.pid) });
  for (;;) {
    const last = Math.max(0, ...generations(dataDir));
    const holder = readHolder(lockFile(dataDir, last));
    if (holder !== undefined && processIdentity(holder.pid) === holder.started)
      throw new DataFolderInUseError(dataDir, holder.pid);
    const generation = last + 1;
    if (!createExclusively(dataDir, generation, own)) continue;
    if (generations(dataDir).some((other) => other > generation)) {
      rmSync(lockFile(dataDir, generation), { force: true });
      continue;
    }
    for (const older of generations(dataDir)) if (older < generation) rmSync(lockFile(dataDir, older), { force: true });
    return { release: () => replace(dataDir, generation, '{}') };
  }
}

function lockFile(dataDir: string, generation: number): string {
  return join(dataDir, `${prefix}${generation}`);
}

function generations(dataDir: string): number[] {
  return readdirSync(dataDir)
    .filter((name) => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length)))
    .map((name) => Number(name.slice(prefix.length)));
}

function readHolder(path: string): { pid: number; started: string } | undefined {
  try {
    const { pid, started } = JSON.parse(readFileSync(path, 'utf8')) as { pid?: number; started?: string };
    return pid === undefined || started === undefined ? undefined : { pid, started };
  } catch {
    return undefined; // Missing, or spoilt by hand: files are linked or renamed into place, never seen half-written.
  }
}

/** Creates the lock file with its content in one step. Answers false where it exists. */
function createExclusively(dataDir: string, generation: number, content: string): boolean {
  const draft = writeDraft(dataDir, content);
  try {
    linkSync(draft, lockFile(dataDir, generation));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function replace(dataDir: string, generation: number, content: string): void {
  renameSync(writeDraft(dataDir, content), lockFile(dataDir, generation));
}

function writeDraft(dataDir: string, content: string): string {
  const draft = join(dataDir, `.lock-draft-${randomUUID()}`);
  writeFileSync(draft, content, { mode: 0o600 });
  return draft;
}
