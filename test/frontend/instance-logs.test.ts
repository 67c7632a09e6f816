import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { LogEntry } from '../../frontend/api/contract.ts';
import { browserTestsRun } from './browser.ts';
import { useDashboard } from './dashboard-fixture.ts';

describe.skipIf(!browserTestsRun())('the log of an instance, in the dashboard', { timeout: 60_000 }, () => {
  const dashboard = useDashboard();
  const lines = () => dashboard.page.getByRole('list', { name: 'Log lines' }).getByRole('listitem');
  const log = () => dashboard.fake.state.logs.get('ins_main') ?? [];
  const now = () => new Date().toISOString();

  it('is filtered by outcome, request id and time', async () => {
    await dashboard.openSignedIn('/instances/ins_main/logs');
    const { page } = dashboard;
    await page.getByLabel('Outcome').selectOption('smartlead_rate_limited');
    await expect.poll(() => lines().count()).toBe(log().filter(({ outcome }) => outcome === 'smartlead_rate_limited').length);
    await page.getByLabel('Outcome').selectOption('');
    await page.getByLabel('Request id').fill('req_7005');
    await expect.poll(() => lines().count()).toBe(1);
    await page.getByText('Outcome unknown · req_7005').waitFor();
    await page.getByLabel('Request id').fill('nobody');
    await page.getByRole('button', { name: 'Clear the filter' }).click();
    await expect.poll(() => lines().count()).toBe(100);
    await page.getByLabel('Time', { exact: true }).selectOption('Last 15 minutes');
    const recent = log().filter(({ time }) => Date.now() - Date.parse(time) < 900_000).length;
    await expect.poll(() => lines().count()).toBe(recent);
    await page.getByLabel('Time', { exact: true }).selectOption('Between two times');
    // What ended in the past is not followed.
    await page.getByRole('button', { name: 'Pause' }).waitFor({ state: 'detached' });
    await page.getByLabel('From', { exact: true }).fill('2020-01-01T00:00');
    await page.getByLabel('To', { exact: true }).fill('2020-01-02T00:00');
    await page.getByText('No line fits the filter').waitFor();
  });

  it('shows what was written while its first page was on its way', async () => {
    await dashboard.openSignedIn('/instances/ins_main');
    const { page } = dashboard;
    const late: LogEntry = { id: 'log_late', time: now(), level: 'info', message: 'Written meanwhile' };
    await page.route(/\/logs\?.*limit=100/, async (route) => {
      const response = await route.fetch();
      if (!log().includes(late)) log().unshift(late);
      // Time for a stream that does not wait for the page to bring the line first.
      await pause(500);
      await route.fulfill({ response });
    });
    await page.getByRole('link', { name: 'Logs' }).click();
    await page.getByText('Written meanwhile').waitFor();
  });

  it('stands still while it is paused, and counts what came meanwhile', async () => {
    await dashboard.openSignedIn('/instances/ins_main/logs');
    const { page } = dashboard;
    await page.getByText('Live', { exact: true }).waitFor();
    await expect.poll(() => lines().count()).toBe(100);
    const first = await lines().first().textContent();
    await page.getByRole('button', { name: 'Pause' }).click();
    log().unshift({ id: 'log_a', time: now(), level: 'info', message: 'While paused' });
    await page.getByText('Paused, 1 new').waitFor();
    expect(await lines().first().textContent()).toBe(first);
    await page.getByRole('button', { name: 'Resume' }).click();
    await expect.poll(() => lines().first().textContent()).toContain('While paused');
  });

  it('lets a line be copied with the keyboard, and shows all of a long one', async () => {
    await dashboard.openSignedIn('/instances/ins_main/logs', { permissions: ['clipboard-read', 'clipboard-write'] });
    const { page } = dashboard;
    const message = `Begin ${'x'.repeat(900)} end`;
    log().unshift({ id: 'log_long', time: now(), level: 'info', message, tool: 'leads_import', requestId: 'req_long' });
    await page.getByRole('button', { name: 'Show all 910 characters' }).click();
    expect(await lines().first().textContent()).toContain(message);
    // One stop for all lines: the arrow keys go on from it.
    await lines().first().getByRole('button', { name: 'Copy line' }).focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowUp');
    // It says so for a moment only.
    const said = lines().first().getByRole('button', { name: 'Copied' }).waitFor();
    await page.keyboard.press('Enter');
    await said;
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toContain(`info ${message} tool=leads_import requestId=req_long`);
    const stops = await lines().locator('[data-copy][tabindex="0"]').count();
    expect(stops).toBe(1);
  });

  it('holds arguments for an hour once somebody agreed to it, and says so until it ends', async () => {
    await dashboard.openSignedIn('/instances/ins_main/logs', { clock: true });
    const { page, fake } = dashboard;
    const instance = () => fake.state.instances.find(({ id }) => id === 'ins_main');
    const logging = page.getByRole('switch', { name: 'Log arguments for an hour' });
    await logging.click();
    await page.getByRole('dialog').getByText('Arguments can hold personal data').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    expect(instance()?.argumentLogUntil).toBeNull();
    await logging.click();
    await page.getByRole('button', { name: 'Log for an hour' }).click();
    const timer = page.getByRole('timer');
    await timer.waitFor();
    await expect.poll(() => logging.isChecked()).toBe(true);
    expect(Date.parse(instance()?.argumentLogUntil ?? '') - Date.now()).toBeGreaterThan(3_500_000);
    await page.clock.fastForward('30:00');
    await expect.poll(() => timer.textContent()).toMatch(/^(29|30):/);
    log().unshift({
      id: 'log_args',
      time: now(),
      level: 'info',
      message: 'Tool call answered',
      arguments: '{"email":"a@b.example"}',
    });
    await lines().first().getByText('{"email":"a@b.example"}').waitFor();
    await page.getByRole('button', { name: 'End now' }).click();
    await timer.waitFor({ state: 'detached' });
    expect(instance()?.argumentLogUntil).toBeNull();
    await expect.poll(() => logging.isChecked()).toBe(false);
  });

  it('says it where arguments cannot be logged', async () => {
    await dashboard.openSignedIn('/instances/ins_main/logs');
    const { page } = dashboard;
    await page.route('**/argument-logging', (route) =>
      route.fulfill({ status: 409, json: { title: 'Something else is under way', detail: 'Try again in a moment.' } }),
    );
    await page.getByRole('switch', { name: 'Log arguments for an hour' }).click();
    await page.getByRole('button', { name: 'Log for an hour' }).click();
    await page.getByRole('dialog').getByText('Something else is under way').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    expect(await page.getByRole('switch').isChecked()).toBe(false);
  });
});
