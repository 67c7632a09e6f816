import type { Clock, ComponentHealth, HealthReport, HealthReportStore, PlatformHealth } from '../ports.ts';

/** The manager reports every minute; who is silent for longer than this does not work. In milliseconds. */
const longestSilence = 5 * 60_000;
/** Violations that a stored report names: an item of a table is 400 KB at most. */
const mostViolations = 500;

/** Makes a report one that can be stored, and says so where it does not name everything. */
export function reportToStore(report: HealthReport): HealthReport {
  const { violations, components } = report;
  if (violations.length <= mostViolations) return report;
  const detail = `Only ${mostViolations} of ${violations.length} violations are named.`;
  return {
    ...report,
    violations: violations.slice(0, mostViolations),
    components: [...components, { name: 'report', status: 'failing', detail }],
  };
}

/** How the installation is, as the manager of instances saw it last, and whether the manager itself works. */
export class ReportedHealth implements PlatformHealth {
  readonly #ports: { clock: Clock; reports: Pick<HealthReportStore, 'read'> };

  constructor(ports: { clock: Clock; reports: Pick<HealthReportStore, 'read'> }) {
    this.#ports = ports;
  }

  /** `checkedAt` is when the manager looked. Rejects where the reports cannot be read. */
  async check(): Promise<HealthReport> {
    const { clock, reports } = this.#ports;
    const now = clock.now();
    const report = await reports.read();
    if (report === undefined) return neverReported(now);
    const manager = managerHealth(now.getTime() - Date.parse(report.checkedAt));
    return {
      ...report,
      holds: report.holds && manager.status === 'ok',
      components: [...report.components, manager].sort((one, other) => (one.name < other.name ? -1 : 1)),
    };
  }
}

function managerHealth(silence: number): ComponentHealth {
  if (silence <= longestSilence) return { name: 'manager', status: 'ok', detail: null };
  const detail = `It has reported nothing for ${Math.floor(silence / 60_000)} minutes. What is shown is as old.`;
  return { name: 'manager', status: 'failing', detail };
}

function neverReported(now: Date): HealthReport {
  return {
    checkedAt: now.toISOString(),
    holds: false,
    counts: { instances: 0, processes: 0, routes: 0, secrets: 0, tokens: 0 },
    violations: [],
    components: [{ name: 'manager', status: 'failing', detail: 'It has not reported yet, so nothing is known.' }],
  };
}
