import type { Log } from './observability/log.ts';

/** How long calls that run may take to end, when the process is told to; less than launchers wait before they use force. */
export const drainMs = 9_000;

const stopSignals = ['SIGTERM', 'SIGINT'] as const;

/**
 * Ends the process at once on SIGTERM or SIGINT, until {@link endOnSignals} takes over. The kernel drops a signal that process 1 of a
 * container does not handle; without this, to stop a container that has just started takes as long as its runtime's patience.
 */
export function endBeforeServing(): void {
  for (const signal of stopSignals) process.on(signal, () => process.exit(0));
}

/** Ends the process in order on SIGTERM or SIGINT, and at once on a second one. */
export function endOnSignals(stop: () => Promise<void>, log: Log): void {
  let stopping = false;
  const onSignal = () => {
    if (stopping) process.exit(1);
    stopping = true;
    void endInOrder(stop, log);
  };
  for (const signal of stopSignals) process.removeAllListeners(signal).on(signal, onSignal);
}

/** Ends the process in order when the parent that started it with an IPC channel is gone. */
export function endWithParent(stop: () => Promise<void>, log: Log): void {
  if (process.channel !== undefined) process.once('disconnect', () => void endInOrder(stop, log));
}

/** Records faults of our own. Their messages stay out of the log: they may hold anything, a URL with the key included. */
export function logFaults(log: Log): void {
  const record = (kind: string, error: unknown) => {
    const place = error instanceof Error ? (error.stack?.match(/\n\s+at ([^\n]+)/)?.[1] ?? '') : '';
    log.write({ level: 'error', message: `${kind}: ${error instanceof Error ? error.name : typeof error} ${place}`.trim() });
  };
  process.on('unhandledRejection', (error) => record('Unhandled rejection', error));
  process.on('uncaughtException', (error) => {
    record('Uncaught exception', error);
    log.flush();
    process.exit(1);
  });
  process.on('exit', () => log.flush());
}

async function endInOrder(stop: () => Promise<void>, log: Log): Promise<void> {
  await stop().catch(() => undefined);
  log.flush();
  process.exit(0);
}
