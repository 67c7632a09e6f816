import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DataFolderError } from './errors.ts';

/**
 * Makes the data folder (mode 0700) where it is missing, with the folders above it. Throws {@link DataFolderError}.
 *
 * Not by `mkdir` with `recursive`: where a folder exists but says that nothing can exist in it, as /proc does, that never ends.
 */
export function makeDataFolder(dataDir: string): void {
  try {
    makeFolder(dataDir);
  } catch (error) {
    throw explained(dataDir, error);
  }
}

/** Does something in the data folder; where the system forbids it, the error says so in one line. */
export function inDataFolder<Result>(dataDir: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw (error as NodeJS.ErrnoException).syscall === undefined ? error : explained(dataDir, error);
  }
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') {
      if (!statSync(path).isDirectory()) throw error;
      return;
    }
    const parent = dirname(path);
    // Asked of the folder above, as a system that forbids to make a folder may do so before it notices that the folder is there.
    if (isFolder(path)) return;
    if (code !== 'ENOENT' || parent === path || isFolder(parent)) throw error;
    makeFolder(parent);
    mkdirSync(path, { mode: 0o700 });
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

const reasons: Record<string, string> = {
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'the file system is read-only',
  EEXIST: 'there is a file of this name',
  ENOTDIR: 'a part of its path is a file',
  ENOENT: 'nothing can be made there',
  ENOSPC: 'the disk is full',
};

function explained(dataDir: string, error: unknown): DataFolderError {
  const { code = 'unknown error' } = error as NodeJS.ErrnoException;
  return new DataFolderError(dataDir, reasons[code] ?? code, error);
}
