import { once } from 'node:events';
import { ProblemError } from '../core/problem.ts';
import { MasterKeyError } from '../functions/adapters/master-key.ts';
import { DatabaseNewerError, MigrationFailedError } from '../functions/adapters/postgres/migrate.ts';
import { ListenError } from './http/listen.ts';
import { PlatformLog } from './platform-log.ts';
import {
  DatabaseInUseError,
  DatabaseRefusedError,
  DataFolderError,
  DataFolderInUseError,
  EmbeddedPostgresError,
} from './postgres/errors.ts';
import { watchForFaults } from './process-faults.ts';
import { readSettings, type Settings, SettingsError } from './settings.ts';
import { type StartedService, startService } from './start.ts';
import type { StopSignals } from './stop-signals.ts';

/** How long everything may take to end in order, beside the time that clients get to end theirs. */
const stopMilliseconds = 10_000;
/** How long clients get at most where a person waits for the end. */
const hurriedDrainSeconds = 2;

/** Failures whose message says in one line what to do; everything else is a fault of ours and shows where it happened. */
const explained = [
  SettingsError,
  ListenError,
  MasterKeyError,
  DataFolderError,
  DataFolderInUseError,
  DatabaseInUseError,
  DatabaseRefusedError,
  EmbeddedPostgresError,
  DatabaseNewerError,
  MigrationFailedError,
  ProblemError,
];

/**
 * Starts the service, keeps it running until it is asked to stop or may not go on, and ends it in order. Answers the exit code: 0
 * where it was asked, 1 where something went wrong, which is then said on standard error.
 */
export async function runService(commandLine: string[], stopSignals: StopSignals): Promise<number> {
  const log = new PlatformLog();
  const failed = new AbortController();
  const fail = (error: unknown) => failed.abort(error);
  watchForFaults(log, fail);
  const ending = AbortSignal.any([stopSignals.signal, failed.signal]);
  let settings: Settings | undefined;
  const drainSeconds = () =>
    Math.min(settings?.drainSeconds ?? 0, stopSignals.isHurried ? hurriedDrainSeconds : Number.POSITIVE_INFINITY);
  ending.addEventListener('abort', () => endByForceLater(stopMilliseconds + drainSeconds() * 1000));

  let service: StartedService | undefined;
  try {
    settings = readSettings(process.env, commandLine, process.cwd());
    service = await startService(settings, { log, signal: ending, fail });
    process.stdout.write(`\n${service.summary.map((line) => `  ${line}\n`).join('')}\n`);
    if (!ending.aborted) await once(ending, 'abort');
  } catch (error) {
    // What fails because it was told to end is no failure.
    if (!ending.aborted) fail(error);
  }
  if (failed.signal.aborted) say(failed.signal.reason);
  try {
    await service?.stop(drainSeconds());
  } catch (error) {
    say(error);
    return 1;
  }
  return failed.signal.aborted ? 1 : 0;
}

function endByForceLater(milliseconds: number): void {
  setTimeout(() => {
    process.stderr.write('smartlead-service: did not end in time; what was left is ended by force\n');
    process.exit(1);
  }, milliseconds).unref();
}

function say(error: unknown): void {
  const isExplained = explained.some((kind) => error instanceof kind);
  const text = error instanceof Error ? (isExplained ? error.message.replaceAll('\n', ' ') : error.stack) : String(error);
  process.stderr.write(`smartlead-service: ${text}\n`);
}
