import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { descendants } from '../e2e/process-tree.ts';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Program {
  process: ChildProcess;
  stop(): Promise<void>;
}

/** Starts a Node program, hands it its input and answers when it printed what the pattern asks for, with the match. */
export async function startNode(
  programArguments: string[],
  environment: Record<string, string>,
  ready?: RegExp,
  input?: string,
): Promise<Program & { match: RegExpExecArray | null }> {
  const child = spawn(process.execPath, programArguments, {
    cwd: root,
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.on('error', () => {});
  if (input !== undefined) child.stdin.write(input);
  const ended = once(child, 'exit');
  const match = await new Promise<RegExpExecArray | null>((resolve, reject) => {
    if (ready === undefined) resolve(null);
    let output = '';
    const read = (chunk: Buffer) => {
      if (output.length < 100_000) output += chunk.toString('utf8');
      const found = ready?.exec(output);
      if (found) resolve(found);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('exit', (code) => reject(new Error(`${programArguments.join(' ')} ended with ${code}: ${output}`)));
  });
  return {
    process: child,
    match,
    stop: async () => {
      const below = descendants(child.pid ?? -1);
      child.stdin.end();
      child.kill('SIGTERM');
      const force = setTimeout(() => child.kill('SIGKILL'), 5_000);
      await ended;
      clearTimeout(force);
      for (const pid of below) {
        try {
          process.kill(pid, 'SIGKILL');
        } catch {
          // It ended with its parent.
        }
      }
    },
  };
}

/** Resident memory of the processes together, in mebibytes; pages that several share are divided among them. */
export function memoryMebibytes(pids: number[]): number {
  let kibibytes = 0;
  for (const pid of pids) {
    try {
      kibibytes += Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0);
    } catch {
      // The process is gone.
    }
  }
  return kibibytes / 1024;
}

/** A process and everything below it. */
export function family(pid: number | undefined): number[] {
  return pid === undefined ? [] : [pid, ...descendants(pid)];
}

export const instanceProgram = join(root, 'dist/instance/main.js');
export const serviceProgram = join(root, 'dist/service/main.js');
export const supergatewayProgram = join(root, 'node_modules/supergateway/dist/index.js');
