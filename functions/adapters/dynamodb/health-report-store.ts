import type { HealthReport, HealthReportStore } from '../../ports.ts';
import { createHealthReportEntity } from './entities/health-report.ts';
import { requested } from './request.ts';
import type { PlatformTable } from './table.ts';

const name = 'platform-health';

/** The last report as one item. */
export class DynamoHealthReportStore implements HealthReportStore {
  readonly #reports: ReturnType<typeof createHealthReportEntity>;

  constructor(table: PlatformTable) {
    this.#reports = createHealthReportEntity(table);
  }

  async put(report: HealthReport): Promise<void> {
    await requested(() => this.#reports.put({ name, report }).go({ response: 'none' }));
  }

  async read(): Promise<HealthReport | undefined> {
    const { data } = await requested(() => this.#reports.get({ name }).go({ consistent: true }));
    return data?.report;
  }
}
