import { describe, expect, it } from 'vitest';
import { browserTestsRun } from './browser.ts';
import { useDashboard } from './dashboard-fixture.ts';

describe.skipIf(!browserTestsRun())('alerts, in the dashboard', { timeout: 60_000 }, () => {
  const dashboard = useDashboard();

  it('makes a rule of each kind from sensible numbers, and shows the secret of a webhook once', async () => {
    await dashboard.openSignedIn('/instances');
    const { page, fake } = dashboard;
    fake.state.alertRules = [];
    await page.getByRole('link', { name: 'Alerts' }).click();
    await page.getByText('No rule yet').waitFor();
    await page.getByRole('button', { name: 'New rule' }).click();
    await page.getByRole('radio', { name: /^Many errors/ }).check();
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('Many errors');
    expect(await page.getByLabel('E-mail addresses').inputValue()).toBe('ada@example.com');
    await page.getByLabel('Failed calls in percent').fill('12.5');
    await page.getByLabel('Looked at over').selectOption('30');
    await page.getByLabel('Instance', { exact: true }).selectOption({ label: 'Northwind campaigns' });
    await page.getByLabel('E-mail addresses').fill('ada@example.com, ops@example.com');
    await page.getByLabel('Webhook URL').fill('https://hooks.example.com/secret-path');
    await page.getByRole('button', { name: 'Create rule' }).click();
    const secret = (await page.getByTestId('webhook-secret').textContent()) ?? '';
    expect(secret).toMatch(/^whsec_/);
    expect(await page.getByRole('region', { name: 'Verification in Node.js' }).textContent()).toContain('webhook-signature');
    await page.mouse.click(5, 5);
    await page.getByRole('button', { name: 'Done, I have kept it' }).click();
    await page.getByRole('rowheader', { name: 'Many errors', exact: true }).waitFor();
    expect(await page.content()).not.toContain(secret);
    // The path of such an address is often a secret of its own.
    expect(await page.content()).not.toContain('secret-path');
    const { id, createdAt, problem, ...settings } = fake.state.alertRules[0] ?? {};
    expect(settings).toEqual({
      ...{ name: 'Many errors', kind: 'error_rate', instanceId: 'ins_main', threshold: 0.125, windowMinutes: 30, enabled: true },
      ...{ emails: ['ada@example.com', 'ops@example.com'], webhookUrl: 'https://hooks.example.com/secret-path' },
    });
  });

  it('says what is wrong at the fields, its own and what the service says', async () => {
    await dashboard.openSignedIn('/alerts');
    const { page, fake } = dashboard;
    await page.getByRole('button', { name: 'New rule' }).click();
    await page.getByLabel('E-mail addresses').fill('');
    await page.getByRole('button', { name: 'Create rule' }).click();
    await page.getByText('Say where it goes: an e-mail address, a webhook, or both.').waitFor();
    expect(await page.getByLabel('E-mail addresses').evaluate((field) => field === document.activeElement)).toBe(true);
    await page.getByLabel('E-mail addresses').fill('nobody');
    await page.getByText('“nobody” is not an e-mail address.').waitFor();
    await page.getByLabel('E-mail addresses').fill('');
    await page.getByLabel('Webhook URL').fill('https://127.0.0.1/x');
    await page.getByRole('button', { name: 'Create rule' }).click();
    await page.getByText('Must be a public address.').waitFor();
    expect(fake.state.alertRules).toHaveLength(2);
  });

  it('changes only what was changed, switches off, and deletes after asking', async () => {
    await dashboard.openSignedIn('/alerts');
    const { page, fake } = dashboard;
    await page.getByText('Mail is not set up on this installation.').waitFor();
    await page.getByRole('button', { name: 'Change Instance failed' }).click();
    await page.getByRole('switch', { name: 'On' }).uncheck();
    const sent = page.waitForRequest((request) => request.method() === 'PATCH');
    await page.getByRole('button', { name: 'Save rule' }).click();
    expect((await sent).postDataJSON()).toEqual({ enabled: false });
    await expect.poll(() => page.getByRole('table', { name: 'Alert rules' }).getByText('Off', { exact: true }).count()).toBe(2);
    await page.getByRole('button', { name: 'Delete Instance failed' }).click();
    await page.getByRole('button', { name: 'Delete rule' }).click();
    await page.getByRole('rowheader', { name: 'Instance failed' }).waitFor({ state: 'detached' });
    await expect.poll(() => fake.state.alertRules.length).toBe(1);
  });

  it('tests a rule and says what became of it', async () => {
    await dashboard.openSignedIn('/alerts');
    const { page } = dashboard;
    await page.getByRole('button', { name: 'Test Northwind fails often' }).click();
    const outcome = page.getByRole('dialog');
    await outcome.getByText('Not everybody was reached.').waitFor();
    expect(await outcome.getByText('E-mail: Sent').count()).toBe(2);
    await outcome.getByText('The webhook answered with status 500. (1 attempt)').waitFor();
    await page.keyboard.press('Escape');
    await outcome.waitFor({ state: 'detached' });
  });

  it('shows what fired and who was told', async () => {
    await dashboard.openSignedIn('/alerts');
    const rows = dashboard.page.getByRole('table', { name: 'Alerts that fired' }).getByRole('row');
    await rows.nth(2).waitFor();
    expect(await rows.nth(1).textContent()).toMatch(
      /31 of 90 calls failed.*Northwind fails often · Northwind campaigns.*Going on/,
    );
    expect(await rows.nth(1).textContent()).toContain('No answer within 10 seconds. (2 attempts)');
    expect(await rows.nth(2).textContent()).toMatch(/Key refused · Contoso reporting.*Over/);
  });
});
