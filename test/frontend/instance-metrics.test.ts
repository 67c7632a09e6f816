import { describe, expect, it } from 'vitest';
import { browserTestsRun } from './browser.ts';
import { useDashboard } from './dashboard-fixture.ts';

/** Milliseconds between the two times that an address asks about. */
function reachOf(url: string): number {
  const query = new URL(url).searchParams;
  return Date.parse(query.get('to') ?? '') - Date.parse(query.get('from') ?? '');
}

describe.skipIf(!browserTestsRun())('how an instance did over time, in the dashboard', { timeout: 60_000 }, () => {
  const dashboard = useDashboard();

  it('shows every number as a chart with a table beside it, and leaves gaps', async () => {
    await dashboard.openSignedIn('/instances/ins_main/metrics');
    const { page } = dashboard;
    const titles = ['Calls', 'Duration of calls', 'Open streams', 'Left of the rate limit', 'Memory', 'CPU', 'Time to wake'];
    for (const title of titles) await page.getByRole('region', { name: title, exact: true }).getByRole('img').waitFor();
    const calls = page.getByRole('region', { name: 'Calls', exact: true });
    // One line before the time in which the instance slept, one after it.
    const strokes = await calls.locator('svg[viewBox="0 0 100 100"] path').first().getAttribute('d');
    expect(strokes?.match(/M/g)).toHaveLength(2);
    await calls.getByRole('img').hover({ position: { x: 80, y: 60 } });
    await calls
      .getByText(/^Calls/)
      .locator('strong')
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Duration of calls: show as table' }).press('Enter');
    const table = page.getByRole('table', { name: 'Duration of calls' });
    await table.waitFor();
    expect(await table.getByRole('columnheader').allTextContents()).toEqual(['Time', 'p50', 'p95', 'p99']);
    expect(await table.getByRole('row').count()).toBeGreaterThan(40);
  });

  it('asks for minutes of a day and hours of a month', async () => {
    await dashboard.openSignedIn('/instances/ins_main/metrics');
    const { page } = dashboard;
    const questions: [string, string, number][] = [
      ['day', 'minute', 24],
      ['week', 'hour', 7 * 24],
      ['month', 'hour', 30 * 24],
    ];
    for (const [range, step, hours] of questions) {
      const asked = page.waitForRequest((request) => reachOf(request.url()) === hours * 3_600_000);
      await page.getByLabel('Range').selectOption(range);
      expect(new URL((await asked).url()).searchParams.get('step')).toBe(step);
    }
    expect(new URL(page.url()).searchParams.get('range')).toBe('month');
  });

  it('sorts tools by every column, unknown values last', async () => {
    await dashboard.openSignedIn('/instances/ins_main/metrics');
    const { page } = dashboard;
    const table = page.getByRole('table', { name: 'Calls and durations by tool' });
    const first = () => table.getByRole('rowheader').first().textContent();
    await table.waitFor();
    await table.getByRole('button', { name: 'p95' }).click();
    await expect.poll(first).toBe('leads_list_by_campaign');
    expect(await table.getByRole('columnheader', { name: 'p95' }).getAttribute('aria-sort')).toBe('descending');
    await table.getByRole('button', { name: 'p95' }).press('Enter');
    await expect.poll(first).toBe('mailboxes_get_all');
    expect(await table.getByRole('rowheader').last().textContent()).toBe('analytics_campaign_statistics');
    await table.getByRole('button', { name: 'Tool' }).click();
    await expect.poll(first).toBe('analytics_campaign_statistics');
  });

  it('says that nothing was measured, and that the numbers could not be had', async () => {
    await dashboard.openSignedIn('/instances/ins_main');
    const { page, fake } = dashboard;
    fake.state.unmeasured = true;
    await page.getByRole('link', { name: 'Metrics' }).click();
    await page.getByText('Nothing was measured in this time').waitFor();
    await page.getByText('No tool was called').waitFor();
    await page.route('**/v1/**/metrics?*', (route) => route.fulfill({ status: 400, json: { title: 'That range is too long' } }));
    await page.getByLabel('Range').selectOption('month');
    await page.getByText('That range is too long').waitFor();
    await page.unroute('**/v1/**/metrics?*');
    fake.state.unmeasured = false;
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('region', { name: 'Memory', exact: true }).waitFor();
  });
});
