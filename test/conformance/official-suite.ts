import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One scenario of the official suite, run against a server. */
export interface ScenarioResult {
  scenario: string;
  passed: number;
  failed: number;
  warnings: number;
}

export interface SuiteRun {
  revision: string;
  suite: 'active' | 'all';
}

/** Every scenario for servers there is for the revisions with sessions, those that the suite itself still calls pending included. */
export const suiteRuns: readonly SuiteRun[] = [
  { revision: '2025-11-25', suite: 'all' },
  { revision: '2025-06-18', suite: 'all' },
];

const require = createRequire(import.meta.url);
const packageFile = require.resolve('@modelcontextprotocol/conformance/package.json');

/** Version of the suite that is installed. */
export const suiteVersion = (require(packageFile) as { version: string }).version;

/**
 * Runs the command line of the suite and reads its summary and, for the warnings, its records.
 * @throws Error where it prints none, or its exit code says otherwise than its summary.
 */
export async function runOfficialSuite(url: string, { revision, suite }: SuiteRun): Promise<ScenarioResult[]> {
  const records = await mkdtemp(join(tmpdir(), 'conformance-'));
  try {
    const commandLine = ['server', '--url', url, '--suite', suite, '--spec-version', revision, '--output-dir', records];
    const { code, output } = await run([join(packageFile, '..', 'dist', 'index.js'), ...commandLine]);
    const results = await readResults(output, records);
    const failed = results.some((result) => result.failed > 0);
    if (results.length === 0 || failed !== (code !== 0)) {
      throw new Error(`the suite ended with ${code} and no summary that says so:\n${output.slice(-2_000)}`);
    }
    return results;
  } finally {
    await rm(records, { recursive: true });
  }
}

function run(commandLine: string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, commandLine, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const read = (chunk: string) => {
      output += chunk;
    };
    child.stdout.setEncoding('utf8').on('data', read);
    child.stderr.setEncoding('utf8').on('data', read);
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}

async function readResults(output: string, records: string): Promise<ScenarioResult[]> {
  const [, summary = ''] = output.split('=== SUMMARY ===');
  const lines = [...summary.matchAll(/^\S+ ([\w/-]+): (\d+) passed, (\d+) failed/gm)];
  const folders = await readdir(records);
  return Promise.all(
    lines.map(async ([, scenario = '', passed, failed]) => {
      const folder = folders.find((name) => name.startsWith(`server-${scenario}-2`));
      const warnings = folder === undefined ? 0 : await countWarnings(join(records, folder, 'checks.json'));
      return { scenario, passed: Number(passed), failed: Number(failed), warnings };
    }),
  );
}

async function countWarnings(file: string): Promise<number> {
  const checks = JSON.parse(await readFile(file, 'utf8')) as { status: string }[];
  return checks.filter(({ status }) => status === 'WARNING').length;
}
