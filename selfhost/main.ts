/** The program `smartlead-service`: runs the whole platform on one machine. */

import { ProblemError } from '../core/problem.ts';
import { MasterKeyError } from '../functions/adapters/master-key.ts';
import { DatabaseNewerError, MigrationFailedError } from '../functions/adapters/postgres/migrate.ts';
import { ListenError } from './http/listen.ts';
import { DataFolderInUseError, EmbeddedPostgresError } from './postgres/errors.ts';
import { readSettings, SettingsError } from './settings.ts';
import { startService } from './start.ts';
import { version } from './version.ts';

const help = `smartlead-service ${version}

  smartlead-service start [--demo] [--scale single]   runs the service until Ctrl-C

  --demo    against a simulated Smartlead; keys start with demo-
  --scale   single (the only one in this version)

Settings are environment variables: PORT, HOST, PUBLIC_URL, DATA_DIR, DATABASE_URL, MASTER_KEY and others; see README.md.
`;

/** Failures whose message says in one line what to do; everything else is a fault of ours and shows where it happened. */
const explained = [
  SettingsError,
  ListenError,
  MasterKeyError,
  DataFolderInUseError,
  EmbeddedPostgresError,
  DatabaseNewerError,
  MigrationFailedError,
  ProblemError,
];

function refuse(message: string): never {
  process.stderr.write(`smartlead-service: ${message}\n`);
  process.exit(1);
}

async function start(commandLine: string[]): Promise<void> {
  const stopAsked = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
    // The launcher that started us is gone, so nobody is there to stop us later.
    process.once('disconnect', () => resolve());
  });
  // What asked to stop while we started is answered once there is something in order to stop.
  const service = await startService(readSettings(process.env, commandLine, process.cwd()));
  process.stdout.write(`\n${service.summary.map((line) => `  ${line}\n`).join('')}\n`);
  await stopAsked;
  const deadline = setTimeout(() => refuse('did not end in time; what was left is ended by force'), 12_000);
  await service.stop();
  clearTimeout(deadline);
  process.exit(0);
}

const [command, ...rest] = process.argv.slice(2);
if (command === 'start') {
  try {
    await start(rest);
  } catch (error) {
    if (explained.some((kind) => error instanceof kind)) refuse((error as Error).message.replaceAll('\n', ' '));
    throw error;
  }
} else if (command === '--version') process.stdout.write(`${version}\n`);
else if (command === '--help' || command === undefined) process.stdout.write(help);
else refuse(`unknown command "${command}"; see smartlead-service --help`);
