import { describe, expect, it } from 'vitest';
import { ReportedHealth, reportToStore } from '../../../functions/instance-manager/reported-health.ts';
import type { HealthReport } from '../../../functions/ports.ts';

const checkedAt = '2026-11-22T08:00:00.000Z';
const well: HealthReport = {
  checkedAt,
  holds: true,
  counts: { instances: 2, processes: 2, routes: 2, secrets: 1, tokens: 3 },
  violations: [],
  components: [
    { name: 'instances', status: 'ok', detail: null },
    { name: 'routes', status: 'ok', detail: null },
  ],
};

function healthAfter(seconds: number, report: HealthReport | undefined = well) {
  const clock = { now: () => new Date(Date.parse(checkedAt) + seconds * 1000) };
  return new ReportedHealth({ clock, reports: { read: async () => report } }).check();
}

describe('the health that the manager reported', () => {
  it('is shown with its time, and says that the manager works', async () => {
    expect(await healthAfter(300)).toEqual({
      ...well,
      components: [well.components[0], { name: 'manager', status: 'ok', detail: null }, well.components[1]],
    });
  });

  it('is not believed any more when the manager has been silent for more than five minutes', async () => {
    const { holds, components, checkedAt: time } = await healthAfter(7 * 60);
    expect({ holds, time }).toEqual({ holds: false, time: checkedAt });
    expect(components).toContainEqual({ name: 'manager', status: 'failing', detail: expect.stringContaining('7 minutes') });
  });

  it('is bad where nobody has ever reported', async () => {
    const clock = { now: () => new Date(checkedAt) };
    const report = await new ReportedHealth({ clock, reports: { read: async () => undefined } }).check();
    expect(report).toMatchObject({ holds: false, checkedAt, components: [{ name: 'manager', status: 'failing' }] });
  });

  it('stays as bad as it was reported', async () => {
    expect(await healthAfter(1, { ...well, holds: false })).toMatchObject({ holds: false });
  });

  it('names as many violations as fit into an item, and says where there are more', () => {
    const violation = {
      kind: 'instance_not_running',
      subject: 'ins_1',
      instanceId: 'ins_1',
      detail: 'It does not run.',
    } as const;
    const many = { ...well, holds: false, violations: Array.from({ length: 501 }, () => violation) };
    expect(reportToStore(well)).toBe(well);
    expect(reportToStore(many).violations).toHaveLength(500);
    expect(reportToStore(many).components.at(-1)).toEqual({
      ...{ name: 'report', status: 'failing' },
      detail: 'Only 500 of 501 violations are named.',
    });
  });
});
