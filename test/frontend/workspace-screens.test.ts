import { describe, it } from 'vitest';
import { browserTestsRun } from './browser.ts';
import { useDashboard } from './dashboard-fixture.ts';
import { checkDialog, checkScreens } from './screen-checks.ts';

describe.skipIf(!browserTestsRun())('the screens of a workspace', { timeout: 120_000 }, () => {
  const dashboard = useDashboard();

  it('are accessible in the light and in the dark, and fit a phone', async () => {
    await dashboard.openSignedIn('/nowhere');
    await checkScreens(dashboard, [
      ['/nowhere', 'There is nothing at this address'],
      ['/instances', 'Northwind campaigns'],
      ['/instances/new', 'Continue'],
      ['/keys', 'Spare key'],
      ['/usage?range=month', 'Calls by tool'],
      ['/alerts', 'Alerts that fired'],
      ['/audit', 'Audit log'],
      ['/installation', 'Past rollouts'],
    ]);
  });

  it('and so are the dialogs of alerts', async () => {
    await dashboard.openSignedIn('/alerts');
    const { page } = dashboard;
    await page.getByRole('button', { name: 'New rule' }).click();
    await page.getByRole('radio', { name: /^Many errors/ }).check();
    await checkDialog(dashboard, 'new rule dialog');
    await page.getByLabel('Webhook URL').fill('https://hooks.example.com/x');
    await page.getByRole('button', { name: 'Create rule' }).click();
    await page.getByTestId('webhook-secret').waitFor();
    await checkDialog(dashboard, 'secret shown once');
  });

  it('and so is what operators see of trouble', async () => {
    await dashboard.openSignedIn('/instances');
    const { state } = dashboard.fake;
    state.health.holds = false;
    state.health.violations = [
      {
        kind: 'process_without_instance',
        subject: '41290',
        instanceId: 'ins_gone',
        detail: 'It runs for an instance that does not exist.',
      },
    ];
    state.rolloutsStand = true;
    state.rollouts = [
      {
        ...{ id: 'rol_now', version: '0.5.0', previousVersion: '0.4.1', status: 'rolling', total: 6, done: 2 },
        ...{ failedInstanceId: null, reason: null, startedAt: new Date().toISOString(), endedAt: null },
      },
    ];
    await checkScreens(dashboard, [['/installation', 'Cancel rollout']]);
  });
});
