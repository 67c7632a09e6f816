import { describe, expect, it } from 'vitest';
import { browserTestsRun } from './browser.ts';
import { useDashboard } from './dashboard-fixture.ts';

describe.skipIf(!browserTestsRun())('the pages of instances and keys', { timeout: 60_000 }, () => {
  const dashboard = useDashboard();

  it('stops and starts an instance and shows every state on the way', async () => {
    await dashboard.openSignedIn('/instances/ins_main');
    const { page } = dashboard;
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Stop instance' }).click();
    await page.getByText('Start it when you need it again.').waitFor();
    // It does so for a moment only.
    const restarting = page.getByText('Restarting', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await restarting;
    await page.getByText('Running', { exact: true }).waitFor();
  });

  it('deletes an instance only after asking', async () => {
    await dashboard.openSignedIn('/instances/ins_main');
    const { fake, page } = dashboard;
    await page.getByRole('button', { name: 'Delete instance' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(fake.state.instances.some(({ id }) => id === 'ins_main')).toBe(true);
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Delete instance');
    await page.getByRole('button', { name: 'Delete instance' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete instance' }).click();
    await page.getByRole('heading', { name: 'Instances', exact: true }).waitFor();
    expect(await page.getByRole('link', { name: 'Northwind campaigns' }).count()).toBe(0);
  });

  it('shows a token once, fills it into the settings, and revokes it', async () => {
    await dashboard.openSignedIn('/instances/ins_main');
    const { fake, page } = dashboard;
    await page.getByRole('button', { name: 'Create a token' }).click();
    await page.getByLabel('Label').fill('Cursor');
    await page.getByLabel('Expires').selectOption('30');
    await page.getByRole('button', { name: 'Create token' }).click();
    const token = (await page.getByRole('dialog').getByTestId('token').textContent()) ?? '';
    await page.getByRole('button', { name: 'Done, I have kept it' }).click();
    await page.getByRole('tab', { name: 'Cursor' }).click();
    expect(await page.getByRole('region', { name: 'Cursor settings' }).textContent()).toContain(`Bearer ${token}`);
    const [created] = fake.state.tokens.get('ins_main') ?? [];
    const days = (new Date(created?.expiresAt ?? 0).getTime() - Date.now()) / 86_400_000;
    expect(days).toBeCloseTo(30, 1);

    await page.getByRole('link', { name: 'Tokens' }).click();
    await page.getByRole('button', { name: 'Revoke Cursor' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke token' }).click();
    await page.getByRole('rowheader', { name: 'Cursor' }).waitFor({ state: 'detached' });
    await expect.poll(() => fake.state.tokens.get('ins_main')?.length).toBe(2);
  });

  it('follows the log live and filters it', async () => {
    await dashboard.openSignedIn('/instances/ins_main/logs');
    const { fake, page } = dashboard;
    await page.getByText('Live', { exact: true }).waitFor();
    const lines = page.getByRole('list', { name: 'Log lines' }).getByRole('listitem');
    await expect.poll(() => lines.count()).toBe(100);
    const entry = { id: 'log_new', time: new Date().toISOString(), level: 'error' as const, message: 'A line from just now' };
    fake.state.logs.get('ins_main')?.unshift(entry);
    await expect.poll(() => lines.first().textContent()).toContain('A line from just now');
    await page.getByLabel('Level').selectOption('error');
    const errors = fake.state.logs.get('ins_main')?.filter(({ level }) => level === 'error').length;
    await expect.poll(() => lines.count()).toBe(errors);
    await page.getByLabel('Search', { exact: true }).fill('nothing like this');
    await page.getByText('No line fits the filter').waitFor();
  });

  it('saves only what was changed in the settings', async () => {
    await dashboard.openSignedIn('/instances/ins_main/settings');
    const { page } = dashboard;
    await page.getByLabel('Name', { exact: true }).fill('Renamed');
    expect(await page.getByText('Saving restarts the instance').count()).toBe(0);
    const sent = page.waitForRequest((request) => request.method() === 'PATCH');
    await page.getByRole('button', { name: 'Save changes' }).click();
    expect((await sent).postDataJSON()).toEqual({ name: 'Renamed' });
    await page.getByRole('heading', { name: 'Renamed' }).waitFor();
    await page.getByLabel('Memory').selectOption('medium');
    await page.getByText('Saving restarts the instance').waitFor();
  });

  it('says which instances keep a key from being deleted', async () => {
    await dashboard.openSignedIn('/keys');
    const { fake, page } = dashboard;
    await page.getByRole('button', { name: 'Delete Northwind outreach' }).click();
    await page.getByRole('dialog').getByRole('link', { name: 'Northwind campaigns' }).waitFor();
    expect(await page.getByRole('button', { name: 'Delete key' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('button', { name: 'Delete Spare key' }).click();
    await page.getByRole('button', { name: 'Delete key' }).click();
    await page.getByRole('rowheader', { name: 'Spare key' }).waitFor({ state: 'detached' });
    expect(fake.state.keys).toHaveLength(2);
  });

  it('says what to do where a page of an older version cannot be loaded any more', async () => {
    await dashboard.openSignedIn('/instances');
    const { page } = dashboard;
    await page.route('**/assets/audit-page-*.js', (route) => route.fulfill({ status: 404 }));
    await page.getByRole('link', { name: 'Audit log' }).click();
    await page.getByRole('heading', { name: 'The dashboard was updated' }).waitFor();
    await page.unroute('**/assets/audit-page-*.js');
    await page.getByRole('button', { name: 'Reload the page' }).click();
    await page.getByRole('heading', { name: 'Audit log' }).waitFor();
  });

  it('has the numbers of a chart as a table', async () => {
    await dashboard.openSignedIn('/usage?range=week');
    const { page } = dashboard;
    await page.getByRole('button', { name: 'Show as table' }).click();
    const rows = page.getByRole('table', { name: 'Calls per day' }).getByRole('row');
    await expect.poll(() => rows.count()).toBeGreaterThanOrEqual(8);
  });

  it('lists the tools that were called, and not what else was counted', async () => {
    await dashboard.openSignedIn('/usage?range=week');
    const table = dashboard.page.getByRole('table', { name: 'Calls by tool' });
    await table.getByRole('row').nth(1).waitFor();
    const names = (await table.getByRole('row').allInnerTexts()).slice(1).map((row) => row.split(/\s/)[0]);
    expect(names).toContain('campaigns_get_all');
    expect(names.filter((name) => name?.startsWith('('))).toEqual([]);
  });
});
