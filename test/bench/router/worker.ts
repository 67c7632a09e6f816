import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { root } from '../programs.ts';

/** A process that does one task at a time and reports on each. */
export interface Worker<Task, Report> {
  run(task: Task): Promise<Report>;
  stop(): Promise<void>;
}

/**
 * Starts a program of this folder that gets tasks and sends reports over IPC.
 * @param priority What the system's scheduler thinks of it, from -20 to 19; clients that in life run on other machines get 10, so that
 * they do not take the processor from what is measured.
 */
export function startWorker<Task extends object, Report extends object>(
  file: string,
  { priority = 0 }: { priority?: number } = {},
): Worker<Task, Report> {
  const child = fork(join(root, 'test/bench/router', file), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  if (priority !== 0 && child.pid !== undefined) setPriority(child.pid, priority);
  const ended = once(child, 'exit');
  return {
    async run(task) {
      child.send(task);
      const [report] = (await Promise.race([
        once(child, 'message'),
        ended.then(([code, signal]) => {
          throw new Error(`${file} ended with ${code ?? signal}`);
        }),
      ])) as [Report];
      return report;
    },
    async stop() {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}
