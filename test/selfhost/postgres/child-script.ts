import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface ChildScript {
  child: ChildProcess;
  /** What the script said in its first line. */
  said: Record<string, unknown>;
  /** Ends it as a crash would. */
  kill(): Promise<void>;
}

/** Runs a script that stands beside this file in a process of its own and waits for its first line of JSON. */
export async function startScript(name: string, ...args: string[]): Promise<ChildScript> {
  const child = spawn(process.execPath, [fileURLToPath(new URL(name, import.meta.url)), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  const [line] = (await Promise.race([once(lines, 'line'), exited])) as [string | number];
  if (typeof line !== 'string') throw new Error(`${name} ended with exit code ${line}`);
  return {
    child,
    said: JSON.parse(line),
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
