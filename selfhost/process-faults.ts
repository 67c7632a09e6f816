import type { PlatformLog } from './platform-log.ts';

/**
 * What becomes of failures that nobody caught. A rejected promise concerns one piece of work: it is logged, and all customers keep
 * their connections. An exception leaves the process in an unknown state: it is logged, and the service has to end.
 */
export function watchForFaults(log: PlatformLog, fail: (error: unknown) => void): void {
  process.on('unhandledRejection', (reason) => {
    log.error('A piece of work failed unexpectedly; the service goes on.', { cause: whereItHappened(reason) });
  });
  process.on('uncaughtException', (error) => {
    log.error('An unexpected error ends the service.', { cause: whereItHappened(error) });
    fail(error);
  });
}

function whereItHappened(cause: unknown): string {
  return cause instanceof Error ? (cause.stack ?? `${cause.name}: ${cause.message}`) : String(cause);
}
