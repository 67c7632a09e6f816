import { once } from 'node:events';
import { readRouterEnvironment } from './environment.ts';
import { describeCause, JsonLog } from './json-log.ts';
import { startRouter } from './start-router.ts';

/**
 * Runs the router until it is asked to stop, or an error that nobody caught leaves it in an unknown state; then lets clients end what
 * they have open. Answers the exit code: 0 where it was asked.
 */
export async function runRouter(variables: NodeJS.ProcessEnv, asked: AbortSignal): Promise<number> {
  const write = (line: string) => void process.stdout.write(line);
  const log = new JsonLog(write);
  const failed = new AbortController();
  const announced = new AbortController();
  const ending = AbortSignal.any([asked, announced.signal, failed.signal]);
  // A rejected promise concerns one piece of work; all customers keep their connections.
  process.on('unhandledRejection', (reason) => {
    log.error('A piece of work failed unexpectedly; the router goes on.', { cause: whereItHappened(reason) });
  });
  process.on('uncaughtException', (error) => {
    log.error('An unexpected error ends the router.', { cause: whereItHappened(error) });
    failed.abort();
  });
  try {
    const environment = readRouterEnvironment(variables);
    const router = await startRouter(environment, { log, write, stopping: () => announced.abort() });
    log.info('The router serves.', { port: router.port, metricsPort: router.metricsPort, stage: environment.stage });
    if (!ending.aborted) await once(ending, 'abort');
    log.info('The router stops.', { drainSeconds: environment.drainMs / 1_000 });
    await router.stop(environment.drainMs);
  } catch (error) {
    log.error('The router cannot go on.', { cause: describeCause(error) });
    return 1;
  }
  log.info('The router has stopped.');
  return failed.signal.aborted ? 1 : 0;
}

function whereItHappened(cause: unknown): string {
  return cause instanceof Error ? (cause.stack ?? describeCause(cause)) : String(cause);
}
