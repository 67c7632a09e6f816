import { describe, expect, it } from 'vitest';
import { browserTestsRun } from '../../frontend/browser.ts';
import { checkDialog, checkScreen } from '../../frontend/screen-checks.ts';
import { describeOnAws } from '../emulator.ts';
import {
  confirmLater,
  enterAsNew,
  enterCode,
  goodPassword,
  isSignedIn,
  signIn,
  signOut,
  signUp,
  useHostedDashboard,
} from './hosted-dashboard.ts';
import { totp } from './totp.ts';

describeOnAws('accounts at Cognito, in the dashboard', { timeout: 120_000 }, () => {
  describe.skipIf(!browserTestsRun())('in Chromium', () => {
    const dashboard = useHostedDashboard();

    it('leads from nothing through the mailed code to an instance', async () => {
      const email = 'ada@example.com';
      const page = await dashboard.open('/');
      await page.getByRole('heading', { name: 'Sign in' }).waitFor();
      await checkScreen(page, 'sign-in');
      await page.getByRole('link', { name: 'Create one' }).click();
      await page.getByRole('heading', { name: 'Create your account' }).waitFor();
      await checkScreen(page, 'sign-up');
      await page.getByLabel('E-mail').fill(email);
      await page.getByLabel('Password', { exact: true }).fill('lower case only');
      await page.getByRole('button', { name: 'Create account' }).click();
      await page.getByText('Use an upper-case letter and a digit.').waitFor();
      await signUp(page, email);
      await page.getByText(`to ${email}`).waitFor();
      await checkScreen(page, 'the mailed code');

      await page.getByRole('button', { name: 'Confirm', exact: true }).click();
      await page.getByText('Enter the 6 digits of the code.').waitFor();
      await enterCode(page, '000000', 'Confirm');
      await page.getByText('This code is not right.').waitFor();
      expect(await page.getByLabel('Code').evaluate((field) => field === document.activeElement)).toBe(true);
      await enterCode(page, await dashboard.pool.mailedCode(email), 'Confirm');

      await page.getByRole('heading', { name: 'Set up your first instance' }).waitFor();
      await page.getByLabel('Smartlead API key').fill('demo-pro-ada');
      await page.getByRole('button', { name: 'Check key and continue' }).click();
      await page.getByLabel('Name').fill('Outreach');
      await page.getByRole('button', { name: 'Create instance' }).click();
      await page.getByRole('heading', { name: 'Connect your first client' }).waitFor();
      expect(dashboard.service.platform.lifecycle.requests.map(({ operation }) => operation)).toEqual(['start']);
    });

    it('lets the code be entered later, after a reload or at the next sign-in', async () => {
      const email = 'later@example.com';
      const page = await dashboard.open('/sign-up');
      await signUp(page, email);
      await page.reload();
      await page.getByText(`to ${email}`).waitFor();
      await page.getByRole('link', { name: 'Sign in' }).click();
      expect(await page.getByLabel('E-mail').inputValue()).toBe(email);
      await signIn(page, email);
      await page.getByRole('heading', { name: 'Confirm your address' }).waitFor();
      await page.reload();
      // The password is forgotten by now, and the code alone does not confirm anything.
      await enterCode(page, await dashboard.pool.mailedCode(email), 'Confirm');
      await page.getByText('Enter the password that you signed up with.').waitFor();
      await confirmLater(page, await dashboard.pool.mailedCode(email));
      await isSignedIn(page);
    });

    it('leaves nothing to somebody who signed up the address of another person', async () => {
      const email = 'victim@example.com';
      await signUp(await dashboard.open('/sign-up'), email);

      const page = await dashboard.open('/sign-up');
      const own = 'Own horse 9 battery';
      await page.getByLabel('E-mail').fill(email);
      await page.getByLabel('Password', { exact: true }).fill(own);
      await page.getByRole('button', { name: 'Create account' }).click();
      await page.getByText('There is an account with this address already.').waitFor();
      await page.getByRole('link', { name: 'Enter it' }).click();
      // Both pages have a field for the address.
      await page.getByRole('heading', { name: 'Confirm your address' }).waitFor();
      await page.getByLabel('E-mail').fill(email);
      await confirmLater(page, await dashboard.pool.mailedCode(email), own);
      await page.getByText('This address was signed up with another password').waitFor();
      await checkScreen(page, 'an address signed up by somebody else');
      await page.getByRole('button', { name: 'Send the code' }).click();
      await page.getByLabel('New password').fill(own);
      await enterCode(page, await dashboard.pool.mailedCode(email), 'Change password');
      await isSignedIn(page);

      const mallory = await dashboard.open('/sign-in');
      await signIn(mallory, email, goodPassword);
      await expect.poll(() => mallory.getByRole('alert').textContent()).toContain('E-mail or password is wrong');
    });

    it('mails another code after a pause, also to those who come back with nothing but their address', async () => {
      const email = 'again@example.com';
      const first = await dashboard.open('/sign-up');
      await signUp(first, email);
      await first.getByRole('button', { name: /Send another code in \d+ s/ }).click({ force: true });
      expect(await dashboard.pool.mailCount(email)).toBe(1);

      const page = await dashboard.openTab('/confirm-address');
      await page.getByLabel('E-mail').fill(email);
      await page.getByRole('button', { name: 'Send another code', exact: true }).click();
      await page.getByText('A new code is on its way.').waitFor();
      expect(await dashboard.pool.mailCount(email)).toBe(2);
      await page.getByRole('button', { name: /Send another code in \d+ s/ }).waitFor();
      await checkScreen(page, 'the code, later');
      await confirmLater(page, await dashboard.pool.mailedCode(email));
      await isSignedIn(page);
    });

    it('says that an address has an account, and that e-mail or password is wrong', async () => {
      const email = 'wrong@example.com';
      const page = await enterAsNew(dashboard, email);
      await signOut(page);
      for (const [address, password] of [
        [email, 'Another horse 9 battery'],
        ['nobody@example.com', goodPassword],
      ] as const) {
        await signIn(page, address, password);
        await expect.poll(() => page.getByRole('alert').textContent()).toContain('E-mail or password is wrong');
      }
      await page.getByRole('link', { name: 'Create one' }).click();
      await page.getByLabel('E-mail').fill(email);
      await page.getByLabel('Password', { exact: true }).fill(goodPassword);
      await page.getByRole('button', { name: 'Create account' }).click();
      await page.getByText('There is an account with this address already.').waitFor();
    });

    it('replaces a forgotten password, and ends the sessions that began with it', async () => {
      const email = 'forgotten@example.com';
      const elsewhere = await enterAsNew(dashboard, email);
      const page = await dashboard.open('/sign-in');
      await page.getByRole('link', { name: 'Forgotten your password?' }).click();
      await checkScreen(page, 'forgotten password');
      await page.getByLabel('E-mail').fill(email);
      await page.getByRole('button', { name: 'Send the code' }).click();
      await page.getByRole('heading', { name: 'Choose a new password' }).waitFor();
      await checkScreen(page, 'a new password');
      const next = 'Newer horse 9 battery';
      await page.getByLabel('New password').fill('too short');
      await enterCode(page, '000000', 'Change password');
      await page.getByText('Use at least 12 characters, with an upper-case letter and a digit.').waitFor();
      await page.getByLabel('New password').fill(next);
      await page.getByRole('button', { name: 'Change password' }).click();
      await page.getByText('This code is not right.').waitFor();
      await enterCode(page, await dashboard.pool.mailedCode(email), 'Change password');
      await isSignedIn(page);
      const { refused, seen } = dashboard.service;
      for (const token of seen) refused.add(token);
      await elsewhere.reload();
      await elsewhere.getByText('Your session has ended').waitFor();
      await signIn(elsewhere, email, next);
      await isSignedIn(elsewhere);
    });

    it('turns a second factor on, asks for it at sign-in, and turns it off for who has both', async () => {
      const email = 'totp@example.com';
      const page = await enterAsNew(dashboard, email);
      await page.getByRole('button', { name: /Ada Byron/ }).click();
      await page.getByRole('menuitem', { name: 'Account and security' }).click();
      const panel = page.getByRole('region', { name: 'Two-step sign-in' });
      await panel.getByText('Off', { exact: true }).waitFor();
      await checkScreen(page, 'account');
      await panel.getByRole('button', { name: 'Turn on' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('img', { name: /QR code/ }).waitFor();
      await checkDialog({ page }, 'turning the second factor on');
      const secret = (await dialog.getByTestId('second-factor-secret').textContent()) ?? '';
      await enterCode(page, '000000', 'Turn on');
      await dialog.getByText('This code is not right.').waitFor();
      await enterCode(page, totp(secret), 'Turn on');
      await panel.getByText('On', { exact: true }).waitFor();

      await signOut(page);
      await signIn(page, email);
      await page.getByRole('heading', { name: 'Enter your code' }).waitFor();
      await checkScreen(page, 'the second factor');
      expect(await page.getByLabel('Code').evaluate((field) => field === document.activeElement)).toBe(true);
      await enterCode(page, '000000', 'Sign in');
      await page.getByText('This code is not right.').waitFor();
      await enterCode(page, totp(secret), 'Sign in');
      await isSignedIn(page);

      await page.goto(`${dashboard.service.dashboardUrl}/account`);
      await panel.getByRole('button', { name: 'Turn off' }).click();
      await checkDialog({ page }, 'turning the second factor off');
      await dialog.getByLabel('Password', { exact: true }).fill('Another horse 9 battery');
      await enterCode(page, totp(secret), 'Turn off');
      await dialog.getByText('This is not your password.').waitFor();
      await dialog.getByLabel('Password', { exact: true }).fill(goodPassword);
      await enterCode(page, '000000', 'Turn off');
      await dialog.getByText('This code is not right.').waitFor();
      await enterCode(page, totp(secret), 'Turn off');
      await panel.getByText('Off', { exact: true }).waitFor();
      await signOut(page);
      await signIn(page, email);
      await isSignedIn(page);
    });

    it('changes the password', async () => {
      const email = 'change@example.com';
      const page = await enterAsNew(dashboard, email);
      await page.goto(`${dashboard.service.dashboardUrl}/account`);
      const panel = page.getByRole('region', { name: 'Password' });
      const next = 'Newer horse 9 battery';
      await panel.getByLabel('Present password', { exact: true }).fill('Another horse 9 battery');
      await panel.getByLabel('New password').fill(next);
      await panel.getByRole('button', { name: 'Change password' }).click();
      await panel.getByText('This is not your password.').waitFor();
      await panel.getByLabel('Present password', { exact: true }).fill(goodPassword);
      await panel.getByRole('button', { name: 'Change password' }).click();
      await panel.getByText('Your password is changed.').waitFor();
      await signOut(page);
      await signIn(page, email, next);
      await isSignedIn(page);
    });

    it('has somebody whom an operator invited choose a password', async () => {
      await dashboard.pool.invite('invited@example.com', 'First horse 9 battery');
      const page = await dashboard.open('/sign-in');
      await signIn(page, 'invited@example.com', 'First horse 9 battery');
      await page.getByRole('heading', { name: 'Choose your password' }).waitFor();
      await checkScreen(page, 'the first password');
      await page.getByLabel('New password').fill('lower case only');
      await page.getByRole('button', { name: 'Save and sign in' }).click();
      await page.getByText('Use an upper-case letter and a digit.').waitFor();
      await page.getByLabel('New password').fill(goodPassword);
      await page.getByRole('button', { name: 'Save and sign in' }).click();
      await isSignedIn(page);
    });
  });
});
