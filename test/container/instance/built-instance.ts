import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { buildInstance } from '../../../scripts/build-instance.ts';

export interface BuiltInstance {
  folder: string;
  remove(): Promise<void>;
}

/** Builds the instance as it ships, into a folder of its own. */
export async function buildForTest(): Promise<BuiltInstance> {
  const folder = await mkdtemp(join(tmpdir(), 'instance-'));
  await buildInstance({ outdir: folder });
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

export interface RunningProcess {
  process: ChildProcessByStdio<Writable, Readable, Readable>;
  stdout(): string;
  stderr(): string;
  /** Exit code, or the name of the signal, once both outputs have ended. */
  ended: Promise<number | string>;
  /** Waits until standard output matches. */
  waitFor(pattern: RegExp): Promise<RegExpExecArray>;
}

/** Runs `main.js` of a built instance the way a launcher does: the permission model, a memory limit, and only the given environment. */
export function runBuilt(
  folder: string,
  commandLine: readonly string[],
  environment: Record<string, string> = {},
): RunningProcess {
  const flags = [
    '--permission',
    '--disable-sigusr1',
    `--allow-fs-read=${folder}`,
    '--max-old-space-size=128',
    '--max-semi-space-size=4',
  ];
  const child = spawn(process.execPath, [...flags, join(folder, 'main.js'), ...commandLine], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: environment,
    cwd: '/',
  });
  let stdout = '';
  let stderr = '';
  const listeners = new Set<() => void>();
  child.stdin.on('error', () => undefined);
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    stdout += chunk;
    for (const listener of listeners) listener();
  });
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    stderr += chunk;
  });
  return {
    process: child,
    stdout: () => stdout,
    stderr: () => stderr,
    ended: new Promise((resolve) => child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown'))),
    waitFor: (pattern) =>
      new Promise((resolve, reject) => {
        const fail = () => reject(new Error(`${pattern} did not come; stdout: ${stdout}; stderr: ${stderr}`));
        const timer = setTimeout(fail, 25_000);
        child.once('close', fail);
        const look = () => {
          const match = pattern.exec(stdout);
          if (match === null) return;
          clearTimeout(timer);
          child.off('close', fail);
          listeners.delete(look);
          resolve(match);
        };
        listeners.add(look);
        look();
      }),
  };
}
