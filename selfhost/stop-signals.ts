/** Imports nothing, so that it listens before anything else is loaded. */

export interface StopSignals {
  /** Aborted when somebody asks the service to stop. */
  signal: AbortSignal;
  /** Whether a person waits for the end: the request came by Ctrl-C. */
  readonly isHurried: boolean;
}

/**
 * One Ctrl-C can arrive several times, from the terminal, from what started us, and from a supervisor that signals the whole group;
 * within this time they are taken for one.
 */
const sameRequestMilliseconds = 500;
/** Exit codes of a program that a signal ended: 128 and the signal's number, as shells report it. */
const exitCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/** Listens for requests to stop. The first one is for the caller to answer; another one later ends the process at once. */
export function listenForStop(): StopSignals {
  const stop = new AbortController();
  let askedAt: number | undefined;
  let isHurried = false;
  for (const [signal, exitCode] of Object.entries(exitCodes)) {
    process.on(signal, () => {
      if (askedAt !== undefined && performance.now() - askedAt > sameRequestMilliseconds) process.exit(exitCode);
      askedAt ??= performance.now();
      isHurried ||= signal === 'SIGINT';
      stop.abort();
    });
  }
  // The launcher that started us is gone, so nobody is there to stop us later.
  process.once('disconnect', () => stop.abort());
  return {
    signal: stop.signal,
    get isHurried() {
      return isHurried;
    },
  };
}
