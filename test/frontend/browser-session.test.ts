import { describe, expect, it } from 'vitest';
import { browserTestsRun } from './browser.ts';
import { useDashboard } from './dashboard-fixture.ts';

describe.skipIf(!browserTestsRun())('a session in the browser', { timeout: 60_000 }, () => {
  const dashboard = useDashboard();

  it('outlives a reload and an expired access token without being noticed', async () => {
    await dashboard.openSignedIn('/keys');
    const { page, fake } = dashboard;
    fake.state.accessTokens.clear();
    await page.getByRole('link', { name: 'Audit log' }).click();
    await page.getByText('instance.create').first().waitFor();
    await page.reload();
    await page.getByText('instance.create').first().waitFor();
    expect(fake.state.refreshTokenReused).toBe(false);
  });

  it('leads to the sign-in page with a sentence where it has ended', async () => {
    await dashboard.openSignedIn('/keys');
    const { page, fake } = dashboard;
    fake.state.accessTokens.clear();
    fake.state.refreshToken = undefined;
    await page.getByRole('link', { name: 'Audit log' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.getByText('Your session has ended').waitFor();
  });

  it('loads nothing of another identity provider, and offers nothing of it', async () => {
    const loaded: string[] = [];
    await dashboard.openSignedIn('/instances');
    const { page } = dashboard;
    page.on('request', (request) => loaded.push(request.url()));
    await page.reload();
    await page.getByRole('link', { name: 'Northwind campaigns' }).waitFor();
    expect(loaded.filter((url) => url.includes('/assets/'))).not.toEqual([]);
    expect(loaded.filter((url) => /cognito/i.test(url))).toEqual([]);
    await page.getByRole('button', { name: /Ada Byron/ }).click();
    expect(await page.getByRole('menuitem', { name: 'Account and security' }).count()).toBe(0);
    await dashboard.goTo('/account');
    await page.getByRole('heading', { name: 'Page not found' }).waitFor();
  });

  it('is refreshed by one tab at a time', async () => {
    await dashboard.openSignedIn('/instances');
    const { context, fake, page } = dashboard;
    const tabs = [page, ...(await Promise.all([context.newPage(), context.newPage(), context.newPage()]))];
    for (let round = 0; round < 3; round += 1) {
      fake.state.accessTokens.clear();
      await Promise.all(tabs.map((tab) => tab.goto(`${fake.url}/keys`)));
      await Promise.all(tabs.map((tab) => tab.getByRole('rowheader', { name: 'Spare key' }).waitFor()));
    }
    // All tabs are open and poll or ask with the same expired token.
    fake.state.accessTokens.clear();
    await Promise.all(tabs.map((tab) => tab.getByRole('link', { name: 'Instances' }).click()));
    await Promise.all(tabs.map((tab) => tab.getByRole('link', { name: 'Northwind campaigns' }).waitFor()));
    expect(fake.state.refreshTokenReused).toBe(false);
  });

  it('leaves no secret where a script could find it later', async () => {
    await dashboard.openSignedIn('/instances');
    const stored = await dashboard.page.evaluate(() =>
      JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]),
    );
    const { accessTokens, refreshToken } = dashboard.fake.state;
    for (const secret of [...accessTokens, refreshToken]) expect(stored).not.toContain(secret);
    expect(await dashboard.page.evaluate(() => document.cookie)).toBe('');
  });

  it('ends in every tab when it is signed out in one', async () => {
    await dashboard.openSignedIn('/instances');
    const { context, fake, page } = dashboard;
    const other = await context.newPage();
    await other.goto(`${fake.url}/keys`);
    await other.getByRole('heading', { name: 'Smartlead keys', exact: true }).waitFor();
    await page.getByRole('button', { name: /Ada Byron/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await other.getByRole('heading', { name: 'Sign in' }).waitFor();
  });

  it('comes back after the service was away', async () => {
    await dashboard.openSignedIn('/instances', { clock: true });
    const { fake, page } = dashboard;
    fake.state.down = true;
    await page.clock.fastForward(5000);
    await page.getByText('The service is not available at the moment.').waitFor({ timeout: 20_000 });
    // What was there stays readable meanwhile.
    expect(await page.getByRole('link', { name: 'Northwind campaigns' }).count()).toBe(1);
    fake.state.down = false;
    await page.getByRole('button', { name: 'Try now' }).click();
    await page.getByText('The service is not available at the moment.').waitFor({ state: 'detached' });
  });

  it('says so and tries again by itself where the service is away from the start', async () => {
    dashboard.fake.state.down = true;
    await dashboard.open('/', { clock: true });
    const { clock } = dashboard.page;
    // Until then it tries a few times by itself.
    for (const pause of [1000, 2000, 4000]) await clock.runFor(pause);
    await dashboard.page.getByRole('heading', { name: 'Not available at the moment' }).waitFor();
    dashboard.fake.state.down = false;
    await clock.fastForward(4000);
    await dashboard.page.getByRole('heading', { name: 'Create the first account' }).waitFor();
  });
});
