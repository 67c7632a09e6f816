import { statSync } from 'node:fs';
import type { HealthReport } from '../../functions/ports.ts';
import { DataFolderInUseError } from '../postgres/errors.ts';
import { readSettings } from '../settings.ts';
import { askService } from './ask-service.ts';
import { auditAtRest } from './audit-at-rest.ts';
import { reportText } from './print-report.ts';

export const auditHelp = `smartlead-service audit [--json] [--demo]

  Checks that nothing is lost and nothing is left over: every process, route, sealed secret and token belongs to exactly one
  live instance, and every instance that should run does. Changes nothing.

  While the service runs, the service is asked, through a socket in the data folder that only its user may open; no password is
  needed. Otherwise what is stored is looked at, and what an earlier run may have left running.

  --json    prints the report as JSON, as GET /v1/admin/health answers it
  --demo    looks at the data folder of --demo

  DATA_DIR and DATABASE_URL say where the installation is, as for start.

  Ends with 0 where everything is in order, with 1 where something is wrong, and with 2 where it could not be checked.
`;

interface Output {
  out(text: string): void;
  error(text: string): void;
}

/** Runs the command and answers its exit code. */
export async function runAudit(
  commandLine: string[],
  environment: Record<string, string | undefined>,
  output: Output = { out: (text) => process.stdout.write(text), error: (text) => process.stderr.write(text) },
): Promise<0 | 1 | 2> {
  if (commandLine.includes('--help')) {
    output.out(auditHelp);
    return 0;
  }
  try {
    const isJson = commandLine.includes('--json');
    const settings = readSettings(
      environment,
      commandLine.filter((argument) => argument !== '--json'),
      process.cwd(),
    );
    const { report, source } = await lookAt(settings);
    output.out(isJson ? `${JSON.stringify(report, null, 2)}\n` : reportText(report, source));
    if (report.components.some(({ status }) => status === 'failing')) return 2;
    return report.holds ? 0 : 1;
  } catch (error) {
    output.error(`smartlead-service: the audit could not be made: ${reasonOf(error)}\n`);
    return 2;
  }
}

async function lookAt(
  settings: Parameters<typeof auditAtRest>[0],
): Promise<{ report: HealthReport; source: 'service' | 'at-rest' }> {
  if (statSync(settings.dataDir, { throwIfNoEntry: false })?.isDirectory() === false) {
    throw new Error(`the data folder ${settings.dataDir} is no folder; set DATA_DIR to that of the installation`);
  }
  const answer = await askService(settings.dataDir);
  if (answer !== undefined) return { report: answer, source: 'service' };
  return { report: await auditAtRest(settings), source: 'at-rest' };
}

function reasonOf(error: unknown): string {
  if (error instanceof DataFolderInUseError) {
    return `the service (process ${error.pid}) runs, but cannot be asked here; ask GET /v1/admin/health of its API as an operator`;
  }
  return error instanceof Error ? error.message.replaceAll('\n', ' ') : String(error);
}
