import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface RunningService {
  /** Base URL without a trailing slash, such as `http://localhost:41234`. */
  url: string;
  dataDir: string;
  process: ChildProcess;
  /** All the program has printed until now, on both streams. */
  output(): string;
  /** Ends it as Ctrl-C does, waits for it, and answers the exit code. */
  stop(): Promise<number | null>;
  /** Ends only the main process, at once. */
  kill(): Promise<void>;
}

export interface ServiceOptions {
  arguments?: string[];
  environment?: Record<string, string>;
  /** Kept where given; else a temporary folder that `stop` removes. */
  dataDir?: string;
  readyWithinMs?: number;
  /** Folder with another build in `dist/`; the repository's own where it is missing. */
  root?: string;
}

/** Starts the built service as a customer would, on a free port, and waits until it says that it is ready. */
export async function startService(options: ServiceOptions = {}): Promise<RunningService> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'service-')));
  const child = spawn(
    process.execPath,
    [join(options.root ?? root, 'dist/service/main.js'), 'start', ...(options.arguments ?? ['--demo'])],
    {
      cwd: root,
      env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', PORT: '0', DATA_DIR: dataDir, ...options.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  const url = await new Promise<string>((resolve, reject) => {
    const deadline = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`the service was not ready in time; it printed:\n${output}`));
    }, options.readyWithinMs ?? 50_000);
    const read = (chunk: Buffer) => {
      output += chunk.toString('utf8');
      const match = /Dashboard\s+(http\S+)/.exec(output);
      if (match?.[1] !== undefined) {
        clearTimeout(deadline);
        resolve(match[1].replace(/\/$/, ''));
      }
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('exit', (code) => {
      clearTimeout(deadline);
      reject(new Error(`the service ended with exit code ${code} before it was ready; it printed:\n${output}`));
    });
  });
  const ended = once(child, 'exit');
  return {
    url,
    dataDir,
    process: child,
    output: () => output,
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGINT');
      await ended;
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true, maxRetries: 20 });
      return child.exitCode;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
