import { readFileSync } from 'node:fs';

/** Ticks in which Linux counts the time of processes; the same on all its usual builds. */
const millisecondsPerTick = 10;
/** Places of `utime` and `stime` behind the name of the program, see proc_pid_stat(5). */
const placeOfUserTime = 11;

/** Processor time that the process has taken so far, in milliseconds. `undefined` where the system does not say it as Linux does. */
export function processorTimeOf(pid: number): number | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  const [user, system] = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .slice(placeOfUserTime);
  return (Number(user) + Number(system)) * millisecondsPerTick;
}
