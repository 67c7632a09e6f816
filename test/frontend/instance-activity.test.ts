import { describe, expect, it } from 'vitest';
import { browserTestsRun, sidewaysScroll } from './browser.ts';
import { useDashboard } from './dashboard-fixture.ts';
import { expectAccessible } from './expect-accessible.ts';

describe.skipIf(!browserTestsRun())('how busy an instance is, in the dashboard', { timeout: 60_000 }, () => {
  const dashboard = useDashboard();

  it('shows how much of the rate limit is used, and follows it', async () => {
    await dashboard.openSignedIn('/instances/ins_main/activity', { clock: true });
    const { fake, page } = dashboard;
    const look = () => page.clock.fastForward(3000);
    const meter = page.getByRole('meter', { name: 'Calls to Smartlead in the last minute' });
    expect(await meter.getAttribute('aria-valuetext')).toBe('12 of 50');
    await page.getByText('Below the limit').waitFor();
    const rateLimit = {
      perSecond: 17,
      perMinute: 170,
      usedLastMinute: 150,
      waiting: 7,
      pausedSeconds: 0,
      remaining: 20,
      learned: true,
    };
    fake.state.live = { sessions: 1, memoryBytes: null, uptimeSeconds: null, rateLimit };
    await look();
    await page.getByText('Calls wait for their turn').waitFor();
    expect(await meter.getAttribute('aria-valuetext')).toBe('150 of 170');
    const facts = () => page.getByRole('region', { name: 'Right now' }).textContent();
    for (const text of ['Waiting calls7', '17 a second, 170 a minute', 'Smartlead’s answers', 'Left for now20', 'Memory–']) {
      expect(await facts()).toContain(text);
    }
    fake.state.live = { sessions: 1, memoryBytes: null, uptimeSeconds: null, rateLimit: { ...rateLimit, pausedSeconds: 4.2 } };
    await look();
    await page.getByText('Smartlead asked to pause').waitFor();
    expect(await facts()).toContain('for 5 s');
    fake.state.live = { sessions: 1, memoryBytes: null, uptimeSeconds: null, rateLimit: null };
    await look();
    await page.getByText('keeps no rate limit of its own').waitFor();
    fake.state.live = null;
    await look();
    await page.getByText('The instance did not answer just now').waitFor();
  });

  it('does not ask while nobody looks', async () => {
    await dashboard.openSignedIn('/instances/ins_main/activity', { clock: true });
    const { page } = dashboard;
    await page.getByRole('meter').waitFor();
    // From here on no time passes by itself, so that it asks no oftener than it is told to on a slow machine.
    await page.clock.pauseAt(Date.now() + 60_000);
    // A request of the page itself comes after all that its timers have sent.
    const afterAllThatWasSent = () => page.evaluate(() => fetch('/v1/installation').then((answer) => answer.text()));
    await afterAllThatWasSent();
    let asked = 0;
    page.on('request', (request) => {
      if (request.url().endsWith('/metrics')) asked += 1;
    });
    await page.clock.fastForward(3000);
    await expect.poll(() => asked).toBe(1);
    await page.evaluate(() => {
      Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
      window.dispatchEvent(new Event('visibilitychange'));
    });
    for (let times = 0; times < 3; times += 1) await page.clock.fastForward(3000);
    await afterAllThatWasSent();
    expect(asked).toBe(1);
  });

  it('says that an instance does not run, and still counts its calls', async () => {
    await dashboard.openSignedIn('/instances/ins_stopped/activity');
    const { page } = dashboard;
    await page.getByText('The instance does not run').waitFor();
    expect(await page.getByRole('region', { name: 'Right now' }).textContent()).toContain('182, 3 errors');
  });

  it('says why calls were not made, in words', async () => {
    await dashboard.openSignedIn('/instances/ins_main/activity');
    const { page } = dashboard;
    const calls = page.getByRole('table', { name: 'Recent tool calls' });
    for (const words of ['Not allowed', 'Asked for confirmation', 'Declined', 'Outcome unknown']) {
      await calls.getByText(words, { exact: true }).waitFor();
    }
    await dashboard.goTo('/instances/ins_main/logs');
    await page.getByText('· Outcome unknown').waitFor();
  });

  it('fits a phone while it is busy', async () => {
    await dashboard.openSignedIn('/instances/ins_main/activity', { viewport: { width: 390, height: 844 }, colorScheme: 'dark' });
    const { page } = dashboard;
    await page.getByRole('meter').waitFor();
    expect(await sidewaysScroll(page)).toBe(0);
    await expectAccessible(page, 'activity');
  });
});
