import { execFileSync } from 'node:child_process';
import { readlinkSync, realpathSync } from 'node:fs';
import { basename } from 'node:path';
import { processIdentity } from '../../functions/adapters/process-identity.ts';

/** Whether the process is a PostgreSQL server that works in the folder: process ids are used again, so a number proves nothing. */
export function isPostgresServing(pid: number, clusterFolder: string): boolean {
  if (processIdentity(pid) === undefined) return false;
  try {
    if (process.platform === 'linux') {
      // A server changes into its data folder. The name can end in " (deleted)" after the package was installed anew.
      return (
        readlinkSync(`/proc/${pid}/cwd`) === realpathSync(clusterFolder) &&
        basename(readlinkSync(`/proc/${pid}/exe`)).startsWith('postgres')
      );
    }
    const command = execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
    return command.includes('postgres') && command.includes(clusterFolder);
  } catch {
    return false;
  }
}
