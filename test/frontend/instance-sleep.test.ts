import { describe, expect, it } from 'vitest';
import { browserTestsRun } from './browser.ts';
import { useDashboard } from './dashboard-fixture.ts';

describe.skipIf(!browserTestsRun())('an instance that sleeps, in the dashboard', { timeout: 60_000 }, () => {
  const dashboard = useDashboard();

  it('is calm about it, and wakes it', async () => {
    await dashboard.openSignedIn('/instances/ins_asleep/activity', { clock: true });
    const { page } = dashboard;
    await page.getByText('Sleeping', { exact: true }).waitFor();
    await page.getByText('Its clients are connected; the next call wakes it.').waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Restart' }).count()).toBe(0);
    const asked = page.waitForRequest((request) => request.method() === 'POST');
    await page.getByRole('button', { name: 'Wake' }).click();
    expect(new URL((await asked).url()).pathname).toBe('/v1/instances/ins_asleep/start');
    await page.getByText('Running', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Restart' }).waitFor();
    await page.clock.fastForward(3000);
    await page.getByText('1 of at most 3').waitFor();
  });

  it('has settings for when it sleeps and how many processes serve it', async () => {
    await dashboard.openSignedIn('/instances/ins_main/settings');
    const { page } = dashboard;
    const sleep = page.getByLabel('Sleep when idle');
    expect(await sleep.inputValue()).toBe('900');
    await page
      .getByText('Clients stay connected while it sleeps; the first call after it takes about half a second longer.')
      .waitFor();
    await sleep.selectOption('never');
    await page.getByLabel('Processes').selectOption('4');
    expect(await page.getByText('Saving restarts the instance').count()).toBe(0);
    expect(await saved()).toEqual({ sleepAfterSeconds: null, maxReplicas: 4 });
    await sleep.selectOption('3600');
    expect(await saved()).toEqual({ sleepAfterSeconds: 3600 });
  });

  it('takes a time of its own, and says what is wrong with one', async () => {
    await dashboard.openSignedIn('/instances/ins_asleep/settings');
    const { page, fake } = dashboard;
    await page.getByLabel('Sleep when idle').selectOption('own');
    const minutes = page.getByLabel('Minutes without a call');
    await minutes.fill('2000');
    await page.getByRole('button', { name: 'Save changes' }).click();
    await page.getByText('Type a number of minutes between 0.1 and 1440').waitFor();
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-invalid'))).toBe('true');
    expect(fake.state.instances.find(({ id }) => id === 'ins_asleep')?.sleepAfterSeconds).toBe(900);
    await minutes.fill('0.5');
    expect(await saved()).toEqual({ sleepAfterSeconds: 30 });
    await page.reload();
    expect(await page.getByLabel('Minutes without a call').inputValue()).toBe('0.5');
    await page.getByLabel('Memory').selectOption('large');
    await page.getByText('The change takes effect when the instance wakes.').waitFor();
  });

  /** Presses Save and answers what is sent. */
  async function saved(): Promise<unknown> {
    const { page } = dashboard;
    const answered = page.waitForResponse((response) => response.request().method() === 'PATCH');
    await page.getByRole('button', { name: 'Save changes' }).click();
    await page.getByText('Saved.').waitFor();
    return (await answered).request().postDataJSON();
  }
});
