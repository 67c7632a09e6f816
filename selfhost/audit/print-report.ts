import type { HealthReport } from '../../functions/ports.ts';

const allIsWell = {
  service: 'Everything belongs to one live instance, and every instance that should run does.',
  'at-rest': 'Nothing was left running, and all that is stored belongs together.',
} as const;

const singular: Record<keyof HealthReport['counts'], string> = {
  instances: 'instance',
  processes: 'process',
  routes: 'route',
  secrets: 'secret',
  tokens: 'token',
};

/** The report as a page of text for people: what was counted, what could not be read, and a table of what is wrong. */
export function reportText(report: HealthReport, source: 'service' | 'at-rest'): string {
  const { counts, violations, components, checkedAt } = report;
  const failing = components.filter(({ status }) => status === 'failing');
  const lines = [
    source === 'service'
      ? `The running service was asked at ${checkedAt}.`
      : `No service runs. Looked at what is left at ${checkedAt}.`,
    Object.entries(counts)
      .map(([name, count]) => `${count} ${count === 1 ? singular[name as keyof typeof counts] : name}`)
      .join(', '),
    '',
  ];
  for (const { name, detail } of failing) lines.push(`could not be read: ${name}. ${detail ?? ''}`.trimEnd());
  if (failing.length > 0) lines.push('Without these parts, it cannot be told whether everything belongs together.');
  else if (violations.length === 0) lines.push(allIsWell[source]);
  else lines.push(`${violations.length === 1 ? '1 thing is' : `${violations.length} things are`} wrong:`, '', ...tableOf(report));
  return `${lines.join('\n')}\n`;
}

function tableOf({ violations }: HealthReport): string[] {
  const rows = [
    ['WHAT', 'INSTANCE', 'SUBJECT', 'DETAIL'],
    ...violations.map(({ kind, instanceId, subject, detail }) => [kind, instanceId ?? '-', subject, detail]),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd());
}
