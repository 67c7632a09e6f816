import { cpus } from 'node:os';
import { median } from '../measure.ts';

/** What a number should be, and how it is judged. */
export interface Goal {
  text: string;
  met(value: number): boolean;
}

export const atMost = (limit: number, unit: string): Goal => ({ text: `≤ ${limit} ${unit}`, met: (value) => value <= limit });
export const atLeast = (limit: number, unit: string): Goal => ({
  text: `≥ ${limit.toLocaleString('en')} ${unit}`,
  met: (value) => value >= limit,
});

export interface Row {
  name: string;
  median: number;
  lowest: number;
  highest: number;
  goal?: string;
  met?: boolean;
}

export interface Report {
  date: string;
  node: string;
  machine: string;
  rounds: number;
  quick: boolean;
  rows: Row[];
  /** What could not be measured, and why. */
  missing: { name: string; reason: string }[];
}

/** Collects samples by name and judges their medians. */
export class Samples {
  readonly #values = new Map<string, number[]>();
  readonly #goals = new Map<string, Goal>();
  readonly #missing = new Map<string, string>();

  add(name: string, value: number, goal?: Goal): void {
    this.#values.set(name, [...(this.#values.get(name) ?? []), value]);
    if (goal !== undefined) this.#goals.set(name, goal);
  }

  /** Notes that a number could not be had. */
  miss(name: string, reason: string): void {
    this.#missing.set(name, reason);
  }

  /** The samples so far, in the order in which they came. */
  values(name: string): readonly number[] {
    return this.#values.get(name) ?? [];
  }

  /** Median of the samples so far; NaN where there are none. */
  median(name: string): number {
    return median(this.#values.get(name) ?? []);
  }

  report(options: { rounds: number; quick: boolean }): Report {
    const rows = [...this.#values].map(([name, values]): Row => {
      const middle = median(values);
      const goal = this.#goals.get(name);
      const row = { name, median: round(middle), lowest: round(Math.min(...values)), highest: round(Math.max(...values)) };
      return goal === undefined ? row : { ...row, goal: goal.text, met: goal.met(middle) };
    });
    return {
      date: new Date().toISOString().slice(0, 10),
      node: process.version.slice(1),
      machine: `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}`,
      ...options,
      rows,
      missing: [...this.#missing].map(([name, reason]) => ({ name, reason })),
    };
  }
}

/** The report as a Markdown table. */
export function tableOf({ rows, missing }: Report): string {
  const width = Math.max(...rows.map(({ name }) => name.length));
  const lines = rows.map((row) => {
    const verdict = row.met === undefined ? '' : row.met ? 'pass' : 'FAIL';
    return `| ${row.name.padEnd(width)} | ${row.median} | ${row.lowest} | ${row.highest} | ${row.goal ?? ''} | ${verdict} |`;
  });
  const gaps = missing.map(({ name, reason }) => `\nNot measured: ${name}: ${reason}`);
  return [
    `| ${'measured'.padEnd(width)} | median | lowest | highest | goal | |`,
    `| ${'-'.repeat(width)} | --- | --- | --- | --- | --- |`,
    ...lines,
    ...gaps,
    '',
  ].join('\n');
}

/** Which section of docs/benchmarks.md a benchmark writes. */
export interface Section {
  /** The npm script that writes it. */
  command: string;
  title: string;
}

/** The page with the section of a benchmark put in the place of its old one, or at the end. */
export function withSection(page: string, report: Report, { command, title }: Section): string {
  const begin = `<!-- ${command} begins; written by npm run ${command} -- --write -->`;
  const end = `<!-- ${command} ends -->`;
  const section = [
    begin,
    `Measured on ${report.date} with Node ${report.node} on ${report.machine}; ${report.rounds} rounds, all subjects in turn in each.`,
    '',
    tableOf(report).trimEnd(),
    end,
  ].join('\n');
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from === -1 || to === -1) return `${page.trimEnd()}\n\n## ${title}: \`npm run ${command}\`\n\n${section}\n`;
  return `${page.slice(0, from)}${section}${page.slice(to + end.length)}`;
}

function round(value: number): number {
  return value >= 1_000 ? Math.round(value) : Math.round(value * 100) / 100;
}
