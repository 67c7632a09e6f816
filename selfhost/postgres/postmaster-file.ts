import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { processIdentity } from '../../functions/adapters/process-identity.ts';
import { EmbeddedPostgresError } from './errors.ts';
import { isPostgresServing } from './postgres-process.ts';

/**
 * Reads `postmaster.pid`, which a server keeps in its cluster while it runs: the process id in the first line, the status in the
 * eighth, as pg_ctl reads it. Source: src/include/utils/pidfile.h of PostgreSQL 18.
 */
export function readPostmasterFile(cluster: string): { pid: number; ready: boolean } | undefined {
  try {
    const lines = readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n');
    const pid = Number(lines[0]);
    return Number.isInteger(pid) && pid > 0 ? { pid, ready: lines[7]?.trim() === 'ready' } : undefined;
  } catch {
    return undefined;
  }
}

/** Shuts down the server that a killed run of ours left in the cluster. Call it only under the data folder's lock. */
export async function endLeftoverServer(cluster: string): Promise<void> {
  const leftover = readPostmasterFile(cluster);
  if (leftover === undefined) return;
  if (!isPostgresServing(leftover.pid, cluster)) {
    // Where the number belongs to another program by now, PostgreSQL would believe that program to be its predecessor.
    if (processIdentity(leftover.pid) !== undefined) rmSync(join(cluster, 'postmaster.pid'), { force: true });
    return;
  }
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    try {
      process.kill(leftover.pid, signal);
    } catch {
      return;
    }
    for (let waited = 0; waited < 4000; waited += 20) {
      if (!isPostgresServing(leftover.pid, cluster)) return;
      await pause(20);
    }
  }
  throw new EmbeddedPostgresError(`a PostgreSQL server of an earlier run (process ${leftover.pid}) does not end; end it by hand`);
}
