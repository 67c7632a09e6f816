import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../../container/router/main.ts', import.meta.url));

export interface RouterProcess {
  base: string;
  metricsBase: string;
  pid: number;
  /** Everything that it has printed. */
  output(): string;
  /** Asks it to stop. */
  terminate(): void;
  /** Resolves with its exit code. */
  ended: Promise<number | null>;
}

const running = new Set<() => void>();

/** Starts the router as ECS does, with an environment of its own, and waits until it says that it serves. */
export async function startRouterProcess(environment: Record<string, string>): Promise<RouterProcess> {
  const usual = { PATH: process.env.PATH ?? '', HOST: '127.0.0.1', PORT: '0', METRICS_PORT: '0', DRAIN_SECONDS: '2' };
  const child = spawn(process.execPath, [program], { env: { ...usual, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
  const kill = () => void child.kill('SIGKILL');
  running.add(kill);
  const ended = once(child, 'close').then(([code]) => {
    running.delete(kill);
    return code as number | null;
  });
  let text = '';
  child.stderr.on('data', (chunk) => {
    text += String(chunk);
  });
  const serving = new Promise<{ port: number; metricsPort: number }>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      text += `${line}\n`;
      const { message, port, metricsPort } = JSON.parse(line);
      if (message === 'The router serves.') resolve({ port, metricsPort });
    });
    void ended.then((code) => reject(new Error(`the router ended with ${code}: ${text}`)));
  });
  const { port, metricsPort } = await serving;
  return {
    base: `http://127.0.0.1:${port}`,
    metricsBase: `http://127.0.0.1:${metricsPort}`,
    pid: child.pid ?? 0,
    output: () => text,
    terminate: () => void child.kill('SIGTERM'),
    ended,
  };
}

/** Ends what tests left running. */
export function killRouters(): void {
  for (const kill of running) kill();
}
