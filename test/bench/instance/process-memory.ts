import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { family } from '../programs.ts';

export interface Memory {
  /** Resident memory of all processes, added up. */
  rssMebibytes: number;
  /** The same with shared pages divided among those who share them: what the machine has less of. */
  pssMebibytes: number;
  processes: number;
}

/** Memory of a process and everything below it. */
export function memoryOf(pid: number): Memory {
  return memoryOfAll(family(pid));
}

/** Memory of a process alone. */
export function memoryOfProcess(pid: number): Memory {
  return memoryOfAll([pid]);
}

function memoryOfAll(pids: number[]): Memory {
  const sum = (field: 'Rss' | 'Pss') => pids.reduce((total, member) => total + kibibytes(member, field), 0) / 1024;
  return { rssMebibytes: sum('Rss'), pssMebibytes: sum('Pss'), processes: pids.length };
}

function kibibytes(pid: number, field: string): number {
  try {
    return Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0);
  } catch {
    // The process is gone.
    return 0;
  }
}

/**
 * Memory of a server that has settled: garbage is collected twice, with time in between for what the collection sets free, because
 * V8 alone would do that some minutes later. The server was started with `collect-garbage-on-signal.cjs`.
 */
export async function settledMemoryOf(pid: number): Promise<Memory> {
  for (let time = 0; time < 2; time += 1) {
    process.kill(pid, 'SIGUSR2');
    await delay(700);
  }
  return memoryOf(pid);
}
