import { readFile } from 'node:fs/promises';

/**
 * What tells a process from a later one with the same id: the boot it belongs to and its start time in clock ticks since then.
 * Answers `undefined` where no such process runs, or where the system has no /proc (then nothing can be told for sure).
 *
 * Source: proc_pid_stat(5). Field 22 is the start time; field 2 is the command name in parentheses and may itself hold spaces and
 * parentheses, so counting begins after its last closing one. Field 3 is the state: a zombie (Z) or dead (X) process runs no more.
 */
export async function readProcessIdentity(processId: number): Promise<string | undefined> {
  try {
    const [stat, bootId] = await Promise.all([
      readFile(`/proc/${processId}/stat`, 'utf8'),
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
    ]);
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const startTime = fields[18];
    if (state === 'Z' || state === 'X' || startTime === undefined) return undefined;
    return `${bootId.trim()}/${startTime}`;
  } catch {
    return undefined;
  }
}
