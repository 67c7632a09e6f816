import { describe, it } from 'vitest';
import { browserTestsRun } from './browser.ts';
import { useDashboard } from './dashboard-fixture.ts';
import { checkDialog, checkScreens } from './screen-checks.ts';

describe.skipIf(!browserTestsRun())('the screens of an instance', { timeout: 120_000 }, () => {
  const dashboard = useDashboard();

  it('are accessible in the light and in the dark, and fit a phone', async () => {
    await dashboard.openSignedIn('/instances');
    await checkScreens(dashboard, [
      ['/instances/ins_main', 'Streamable HTTP URL'],
      ['/instances/ins_main/activity', 'Below the limit'],
      ['/instances/ins_main/metrics', 'Calls and durations by tool'],
      ['/instances/ins_main/logs', 'Log lines'],
      ['/instances/ins_main/tokens', 'Tokens of this instance'],
      ['/instances/ins_main/events', 'The instance answers again, with the new key.'],
      ['/instances/ins_main/settings', 'Advanced: single tools'],
      ['/instances/ins_asleep', 'The instance sleeps: nobody called it for a while.'],
      ['/instances/ins_asleep/activity', 'The instance sleeps'],
      ['/instances/ins_refused', 'Go to your Smartlead keys'],
    ]);
  });

  it('and so are their dialogs', async () => {
    await dashboard.openSignedIn('/instances/ins_main/tokens');
    const { page } = dashboard;
    await page.getByRole('button', { name: 'New token' }).click();
    await checkDialog(dashboard, 'new token dialog');
    await page.getByLabel('Label').fill('Laptop');
    await page.getByRole('button', { name: 'Create token' }).click();
    await page.getByRole('heading', { name: 'Copy your token now' }).waitFor();
    await checkDialog(dashboard, 'token shown once');
    await page.getByRole('button', { name: 'Done, I have kept it' }).click();
    await dashboard.follow('/instances/ins_main/logs');
    await page.getByRole('switch', { name: 'Log arguments for an hour' }).click();
    await page.getByRole('dialog').waitFor();
    await checkDialog(dashboard, 'question whether to log arguments');
    await page.getByRole('button', { name: 'Log for an hour' }).click();
    await page.getByRole('timer').waitFor();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await checkDialog(dashboard, 'arguments being logged');
  });
});
