import { describe, expect, it } from 'vitest';
import { browserTestsRun } from './browser.ts';
import { useDashboard } from './dashboard-fixture.ts';
import { fakeHealth } from './fake-operators.ts';

describe.skipIf(!browserTestsRun())('the installation as its operators see it', { timeout: 60_000 }, () => {
  const dashboard = useDashboard();

  it('says whether the invariant holds, what violates it, and checks again', async () => {
    await dashboard.openSignedIn('/installation');
    const { page, fake } = dashboard;
    const invariant = page.getByRole('region', { name: 'Invariant' });
    await invariant.getByText('It holds').waitFor();
    expect(await invariant.textContent()).toContain('Instances5Processes1Routes2Secrets3Tokens2');
    await page.getByRole('table', { name: 'Components' }).getByText('The mail server refuses the connection').waitFor();
    fake.state.health = {
      ...fakeHealth(),
      holds: false,
      violations: [
        { kind: 'process_without_instance', subject: '41290', instanceId: 'ins_gone', detail: 'It runs for nobody.' },
        { kind: 'kind_of_a_newer_release', subject: 'x', instanceId: null, detail: 'Something new.' },
      ],
    };
    await page.getByRole('button', { name: 'Check now' }).click();
    await invariant.getByText('2 violations').waitFor();
    const violations = page.getByRole('table', { name: 'Violations' });
    await violations.getByText('A process runs for no instance').waitFor();
    await violations.getByText('kind of a newer release').waitFor();
    fake.state.health = { ...fakeHealth(), holds: false };
    await page.getByRole('button', { name: 'Check now' }).click();
    await invariant.getByText('It could not be checked in full').waitFor();
  });

  it('rolls a version out and shows how far it is', async () => {
    await dashboard.openSignedIn('/installation');
    const { page, fake } = dashboard;
    fake.state.rollouts = [];
    fake.state.rolloutsStand = true;
    await page.getByRole('button', { name: 'Roll out 0.5.0' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Roll out' }).click();
    const progress = page.getByRole('progressbar', { name: '0.4.1 → 0.5.0' });
    await progress.waitFor();
    await page.getByText('Canary', { exact: true }).waitFor();
    expect(await page.getByRole('button', { name: 'Roll out 0.4.1' }).isDisabled()).toBe(true);
    Object.assign(fake.state.rollouts[0] ?? {}, { status: 'rolling', done: 3 });
    await expect.poll(() => progress.getAttribute('aria-valuetext')).toBe('3 of 6 instances');
    Object.assign(fake.state.rollouts[0] ?? {}, { reason: 'An instance with the new version did not come up in time.' });
    await page.getByText('Going back', { exact: true }).waitFor();
    expect(await page.getByRole('button', { name: 'Cancel rollout' }).count()).toBe(0);
    Object.assign(fake.state.rollouts[0] ?? {}, { status: 'rolled_back', failedInstanceId: 'ins_main' });
    await page.getByRole('table', { name: 'Past rollouts' }).getByText('Rolled back').waitFor();
    await page.getByText('did not come up in time. (ins_main)').waitFor();
  });

  it('offers no rollout of the version that everything runs', async () => {
    await dashboard.openSignedIn('/installation');
    const { page, fake } = dashboard;
    const present = fake.state.versions;
    const [current, older] = present.items;
    if (current === undefined || older === undefined) throw new Error('The fake has two versions.');
    fake.state.versions = { ...present, items: [current, { ...older, instances: 0 }] };
    await page.reload();
    await page.getByRole('button', { name: 'Roll out 0.4.1' }).waitFor();
    expect(await page.getByRole('button', { name: 'Roll out 0.5.0' }).count()).toBe(0);
    fake.state.versions = present;
  });

  it('cancels a rollout after asking', async () => {
    await dashboard.openSignedIn('/instances');
    const { page, fake } = dashboard;
    fake.state.rolloutsStand = true;
    fake.state.rollouts = fake.state.rollouts.map((rollout) => ({ ...rollout, status: 'rolling' as const, reason: null }));
    await page.getByRole('link', { name: 'Installation' }).click();
    await page.getByRole('button', { name: 'Cancel rollout' }).click();
    await page.getByRole('dialog').getByText('restart with 0.4.1').waitFor();
    await page.getByRole('button', { name: 'Cancel and roll back' }).click();
    await page.getByText('An operator cancelled it.').waitFor();
  });

  it('lists the instances of all workspaces with what runs for them', async () => {
    await dashboard.openSignedIn('/installation');
    const table = dashboard.page.getByRole('table', { name: 'Instances of all workspaces' });
    await table.getByText('child-process 41287').waitFor();
    expect(await table.getByRole('rowheader').count()).toBe(5);
    await table.getByRole('button', { name: 'Instance' }).click();
    expect(await table.getByRole('rowheader').first().textContent()).toContain('Contoso reporting');
  });

  it('is not there for others', async () => {
    await dashboard.openSignedIn('/instances');
    const { page, fake } = dashboard;
    fake.state.operator = false;
    await page.reload();
    await page.getByRole('link', { name: 'Alerts' }).waitFor();
    expect(await page.getByRole('link', { name: 'Installation' }).count()).toBe(0);
    await dashboard.goTo('/installation');
    await page.getByRole('heading', { name: 'Page not found' }).waitFor();
  });
});
