import { runAudit } from './audit/run-audit.ts';
import { runService } from './run-service.ts';
import type { StopSignals } from './stop-signals.ts';
import { version } from './version.ts';

const help = `smartlead-service ${version}

  smartlead-service start [--demo] [--scale single]   runs the service until Ctrl-C
  smartlead-service audit [--json] [--demo]           checks that nothing is lost and nothing left over; see audit --help

  --demo    against a simulated Smartlead; keys start with demo-
  --scale   single (the only one in this version)

Settings are environment variables: PORT, HOST, PUBLIC_URL, DATA_DIR, DATABASE_URL, MASTER_KEY and others; see README.md.
`;

/** Runs one command; the process ends with its exit code. */
export async function runCommandLine([command, ...rest]: string[], stopSignals: StopSignals): Promise<void> {
  let exitCode = 0;
  if (command === 'start' && rest.includes('--help')) process.stdout.write(help);
  else if (command === 'start') exitCode = await runService(rest, stopSignals);
  else if (command === 'audit') exitCode = await runAudit(rest, process.env);
  else if (command === '--version') process.stdout.write(`${version}\n`);
  else if (command === '--help' || command === undefined) process.stdout.write(help);
  else {
    process.stderr.write(`smartlead-service: unknown command "${command}"; see smartlead-service --help\n`);
    exitCode = 1;
  }
  process.exit(exitCode);
}
