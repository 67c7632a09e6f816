/**
 * `npm run faults`: what goes wrong with such services elsewhere, done to this one at full size, with a report. Talks to loopback only,
 * uses folders and a database of its own, ends by itself and checks that it leaves no process behind.
 * Options: --report FOLDER (default: the present one) for `faults-report.md` and `faults-report.json`; --only 3,8,20 for some failures.
 * FAULTS_SCALE=small takes a few minutes instead of many. Exit code 0 where every failure is survived, 1 where one is not.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs, stripVTControlCharacters } from 'node:util';
import { startVitest, type TestModule } from 'vitest/node';
import { type Failure, failures } from '../test/faults/failures.ts';
import { processesOf } from '../test/faults/processes-of.ts';

const { values: options } = parseArgs({
  options: { report: { type: 'string', default: '.' }, only: { type: 'string' } },
});
const only = options.only?.split(',').map(Number);
const chosen = failures.filter(({ number }) => only === undefined || only.includes(number));

process.env.FAULTS_SCALE ??= 'full';
const root = fileURLToPath(new URL('..', import.meta.url));
const thereBefore = new Set(processesOf(root));

interface Case {
  file: string;
  name: string;
  result: 'passed' | 'failed' | 'skipped';
  seconds: number;
  /** What was seen instead of what should be. */
  errors: string[];
}

const cases: Case[] = [];
const collect = {
  onTestRunEnd(modules: readonly TestModule[]): void {
    for (const module of modules) {
      const file = module.relativeModuleId;
      for (const error of module.errors())
        cases.push({ file, name: file, result: 'failed', seconds: 0, errors: [error.message] });
      for (const test of module.children.allTests()) {
        const { state, errors } = test.result();
        cases.push({
          file,
          name: test.fullName,
          result: state === 'pending' ? 'skipped' : state,
          seconds: Math.round((test.diagnostic()?.duration ?? 0) / 100) / 10,
          errors: (errors ?? []).map(({ message, diff }) =>
            stripVTControlCharacters(`${message}\n${diff ?? ''}`)
              .trim()
              .slice(0, 2_000),
          ),
        });
      }
    }
  },
};

const started = performance.now();
const files = [...new Set(chosen.flatMap(({ shownBy }) => shownBy.map(({ file }) => file)))];
// One after the other: a failure must meet the service alone, and the machine as it is.
const vitest = await startVitest('test', files, {
  watch: false,
  fileParallelism: false,
  testTimeout: 300_000,
  hookTimeout: 120_000,
  reporters: ['default', collect],
});
await vitest.close();
const left = await whatIsLeft();

const casesOf = ({ shownBy }: Failure) =>
  cases.filter(({ file, name }) =>
    shownBy.some((shown) => file.startsWith(shown.file) && (shown.named === undefined || shown.named.test(name))),
  );
const judge = (shown: Case[]): Case['result'] => {
  if (shown.some(({ result }) => result === 'failed')) return 'failed';
  return shown.some(({ result }) => result === 'passed') ? 'passed' : 'skipped';
};
const results = chosen.map((failure) => {
  const shown = casesOf(failure);
  const { number, name, done } = failure;
  return { number, name, done, result: judge(shown), seconds: sum(shown.map(({ seconds }) => seconds)), cases: shown };
});
const report = {
  date: new Date().toISOString(),
  machine: `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform}`,
  node: process.version.slice(1),
  scale: process.env.FAULTS_SCALE,
  seconds: Math.round((performance.now() - started) / 1000),
  processesLeft: left.length,
  results,
};

mkdirSync(options.report, { recursive: true });
writeFileSync(join(options.report, 'faults-report.json'), `${JSON.stringify(report, null, 2)}\n`);
writeFileSync(join(options.report, 'faults-report.md'), markdown());
const count = (result: Case['result']) => results.filter((each) => each.result === result).length;
process.stdout.write(
  `\n${count('passed')} failures survived, ${count('failed')} not, ${count('skipped')} not tried here; ${left.length} processes left behind. ` +
    `See ${join(options.report, 'faults-report.md')}.\n`,
);
process.exit(count('failed') === 0 && left.length === 0 && count('passed') > 0 ? 0 : 1);

/** What was killed takes a moment to be gone. */
async function whatIsLeft(): Promise<number[]> {
  for (let second = 0; ; second += 1) {
    const found = processesOf(root).filter((pid) => !thereBefore.has(pid));
    if (found.length === 0 || second === 10) return found;
    await delay(1_000);
  }
}

function sum(values: number[]): number {
  return Math.round(values.reduce((total, value) => total + value, 0) * 10) / 10;
}

function markdown(): string {
  const lines = [
    '# Failures done to this installation',
    '',
    `${report.date}, Node ${report.node}, ${report.machine}; scale \`${report.scale}\`, ${report.seconds} s, ${report.processesLeft} processes left behind.`,
    '',
    '| # | failure | what was done | result | s |',
    '| --- | --- | --- | --- | --- |',
    ...results.map(({ number, name, done, result, seconds }) => `| ${number} | ${name} | ${done} | ${result} | ${seconds} |`),
    '',
  ];
  for (const { number, name, cases: shown } of results) {
    lines.push(`## ${number}. ${name}`, '');
    for (const each of shown) {
      lines.push(`- ${each.result}, ${each.seconds} s: ${each.name}`);
      for (const error of each.errors) lines.push('', ...error.split('\n').map((line) => `      ${line}`), '');
    }
    lines.push('');
  }
  return lines.join('\n');
}
