import { describe, expect, it } from 'vitest';
import { browserTestsRun } from '../../frontend/browser.ts';
import { describeOnAws } from '../emulator.ts';
import { enterAsNew, isSignedIn, signIn, signOut, useHostedDashboard } from './hosted-dashboard.ts';

describeOnAws('a session at Cognito, in the dashboard', { timeout: 120_000 }, () => {
  describe.skipIf(!browserTestsRun())('in Chromium', () => {
    const dashboard = useHostedDashboard();

    /** Has the API take none of the access tokens that were used until now. */
    function expireTokens(): void {
      const { refused, seen } = dashboard.service;
      for (const token of seen) refused.add(token);
    }

    it('outlives a reload and an expired access token without being noticed', async () => {
      const page = await enterAsNew(dashboard, 'reload@example.com');
      expireTokens();
      await page.getByRole('link', { name: 'Audit log' }).click();
      await page.getByText('account.sign-up').first().waitFor();
      expireTokens();
      await page.reload();
      await page.getByText('account.sign-up').first().waitFor();
    });

    it('renews an access token before it is used once its time is up, by the clock that may be wrong', async () => {
      const page = await enterAsNew(dashboard, 'clock@example.com');
      const { seen } = dashboard.service;
      const first = seen.at(-1);
      await page.clock.install({ time: Date.now() + 3 * 3600_000 });
      await page.reload();
      await page.getByRole('heading', { level: 1 }).waitFor();
      expect(seen.at(-1)).not.toBe(first);
      const before = seen.length;
      await page.getByRole('link', { name: 'Usage' }).click();
      await page.getByRole('heading', { name: 'Usage', exact: true }).waitFor();
      // A clock that goes wrong costs one new token, not one a request.
      expect(seen.length - before).toBeLessThan(2);
    });

    it('is renewed by one tab at a time', async () => {
      const page = await enterAsNew(dashboard, 'tabs@example.com');
      const tabs = [page, await dashboard.openTab('/keys'), await dashboard.openTab('/usage')];
      await Promise.all(tabs.map((tab) => tab.getByRole('link', { name: 'Instances' }).waitFor()));
      const renewals: string[] = [];
      for (const [number, tab] of tabs.entries()) {
        tab.on('request', (request) => {
          const operation = request.headers()['x-amz-target'] ?? '';
          if (operation.endsWith('GetTokensFromRefreshToken')) renewals.push(`tab ${number} with ${request.postData()}`);
        });
      }
      expireTokens();
      await Promise.all(tabs.map((tab) => tab.getByRole('link', { name: 'Audit log' }).click()));
      await Promise.all(tabs.map((tab) => tab.getByText('account.sign-up').first().waitFor()));
      expect(renewals).toHaveLength(1);
    });

    it('ends in every tab when it is signed out in one, and begins in every tab', async () => {
      const email = 'everywhere@example.com';
      const page = await enterAsNew(dashboard, email);
      const other = await dashboard.openTab('/keys');
      await other.getByRole('heading', { name: 'Smartlead keys', exact: true }).waitFor();
      await signOut(page);
      await other.getByRole('heading', { name: 'Sign in' }).waitFor();
      expect(await other.getByText('Your session has ended').count()).toBe(0);
      expect(await page.evaluate(() => Object.keys(localStorage).filter((key) => /token/i.test(key)))).toEqual([]);
      await signIn(page, email);
      await isSignedIn(page);
      await other.getByRole('heading', { name: 'Smartlead keys', exact: true }).waitFor();
    });

    it('says that it has ended where it was revoked, and returns to the page after signing in', async () => {
      const email = 'revoked@example.com';
      const page = await enterAsNew(dashboard, email);
      await page.getByRole('link', { name: 'Usage' }).click();
      await page.getByRole('heading', { name: 'Usage', exact: true }).waitFor();
      const [membership] = await Promise.all([page.waitForResponse(/\/v1\/me$/), page.reload({ waitUntil: 'networkidle' })]);
      const { user } = (await membership.json()) as { user: { id: string } };
      await dashboard.pool.endSessions(user.id);
      expireTokens();
      await page.getByRole('link', { name: 'Smartlead keys' }).click();
      await page.getByText('Your session has ended').waitFor();
      await signIn(page, email);
      await page.getByRole('heading', { name: 'Smartlead keys', exact: true }).waitFor();

      // Nobody is there to notice it before: whoever was told once is not told again by a reload.
      await page.goto('about:blank');
      await dashboard.pool.endSessions(user.id);
      expireTokens();
      await page.goto(`${dashboard.service.dashboardUrl}/keys`);
      await page.getByText('Your session has ended').waitFor();
    });

    it('ends where the API refuses even a new token', async () => {
      const page = await enterAsNew(dashboard, 'refused@example.com');
      await page.route(`${dashboard.service.apiUrl}/v1/audit**`, (route) =>
        route.fulfill({ status: 401, json: { message: 'Unauthorized' }, headers: { 'access-control-allow-origin': '*' } }),
      );
      await page.getByRole('link', { name: 'Audit log' }).click();
      await page.getByText('Your session has ended').waitFor();
    });

    it('is ended everywhere on request', async () => {
      const email = 'devices@example.com';
      const page = await enterAsNew(dashboard, email);
      await page.goto(`${dashboard.service.dashboardUrl}/account`);
      const kept = await page.evaluate(() => Object.entries(localStorage).find(([key]) => key.endsWith('.refreshToken'))?.[1]);
      await page.getByRole('button', { name: 'Sign out everywhere' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Sign out everywhere' }).click();
      await page.getByRole('heading', { name: 'Sign in' }).waitFor();
      const { endpoint, clientId } = dashboard.pool;
      const answer = await fetch(endpoint, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-amz-json-1.1',
          'x-amz-target': 'AWSCognitoIdentityProviderService.GetTokensFromRefreshToken',
        },
        body: JSON.stringify({ ClientId: clientId, RefreshToken: kept }),
      });
      expect(answer.status).toBe(400);
    });

    it('does not begin where the configuration is not right, and says what is wrong', async () => {
      const { service } = dashboard;
      const right = service.configuration;
      service.configuration = { apiUrl: service.apiUrl, signIn: { kind: 'cognito', region: 'eu-central-1', clientId: 'x' } };
      const page = await dashboard.open('/');
      await page.getByRole('heading', { name: 'The dashboard is not set up' }).waitFor();
      await page.getByText('userPoolId is missing').waitFor();
      service.configuration = right;
      await page.getByRole('button', { name: 'Try again now' }).click();
      await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    });
  });
});
