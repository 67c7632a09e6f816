import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import {
  runOfficialSuite,
  type ScenarioResult,
  type SuiteRun,
  suiteRuns,
  suiteVersion,
} from '../test/conformance/official-suite.ts';
import { startFixture } from '../test/conformance/start-fixture.ts';

const reportFile = fileURLToPath(new URL('../docs/conformance.md', import.meta.url));

/**
 * Runs the official conformance suite against its fixture over the instance's own transport layer, prints what came of it, and ends
 * with 1 where a check failed. With --write the report goes into the documentation.
 */
async function runConformance(): Promise<void> {
  const fixture = await startFixture(0);
  const sections: string[] = [];
  let failed = 0;
  try {
    for (const run of suiteRuns) {
      const results = await runOfficialSuite(fixture.url, run);
      failed += sum(results, 'failed');
      sections.push(section(run, results));
      console.log(sections.at(-1));
    }
  } finally {
    await fixture.close();
  }
  if (process.argv.includes('--write')) await writeFile(reportFile, report(sections));
  console.log(failed === 0 ? 'No check failed.' : `${failed} checks failed.`);
  process.exitCode = failed === 0 ? 0 : 1;
}

function report(sections: readonly string[]): string {
  return `# Conformance

The official suite, \`@modelcontextprotocol/conformance\` ${suiteVersion}, against its own tools, prompts and resources
(\`test/conformance/\`) on the transport layer of the instance (\`container/instance/protocol/\`): the same doors, sessions, streams and
resumption. \`npm run conformance\` repeats it, \`npm run conformance -- --write\` writes this page, and \`npm test\` fails when a check
does. There is no list of expected failures.

\`npm run conformance:serve -- --port N\` leaves the server running at \`http://127.0.0.1:N/mcp\`.

${sections.join('\n\n')}
`;
}

function section({ revision, suite }: SuiteRun, results: readonly ScenarioResult[]): string {
  const rows = results.map((result) => `| ${result.scenario} | ${result.passed} | ${result.failed} | ${result.warnings} |`);
  const total = `| **all ${results.length} scenarios** | ${sum(results, 'passed')} | ${sum(results, 'failed')} | ${sum(results, 'warnings')} |`;
  const heading = `## Revision ${revision}, ${suite === 'all' ? 'all scenarios' : "the suite's choice (active)"}`;
  return [heading, '', '| scenario | passed | failed | warnings |', '| --- | --- | --- | --- |', ...rows, total].join('\n');
}

function sum(results: readonly ScenarioResult[], field: 'passed' | 'failed' | 'warnings'): number {
  return results.reduce((total, result) => total + result[field], 0);
}

await runConformance();
