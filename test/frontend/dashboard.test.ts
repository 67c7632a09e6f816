import { describe, expect, it } from 'vitest';
import { browserTestsRun, tabTo } from './browser.ts';
import { useDashboard } from './dashboard-fixture.ts';
import { livelyState, owner } from './fake-state.ts';

describe.skipIf(!browserTestsRun())('the dashboard in Chromium', { timeout: 120_000 }, () => {
  const dashboard = useDashboard();

  it('leads a new owner from nothing to a connected client', async () => {
    await dashboard.open('/');
    const { page } = dashboard;
    await page.getByRole('heading', { name: 'Create the first account' }).waitFor();
    expect(await page.getByText('The first account owns this installation').count()).toBe(1);
    await page.getByLabel('E-mail').fill('grace@example.com');
    await page.getByLabel('Password', { exact: true }).fill('short');
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.getByText('Use at least 10 characters.').waitFor();
    await page.getByLabel('Password', { exact: true }).fill('four unrelated words');
    await page.getByRole('button', { name: 'Create account' }).click();

    await page.getByRole('heading', { name: 'Set up your first instance' }).waitFor();
    await expect.poll(() => page.title()).toBe('Set up your first instance · Smartlead MCP');
    await page.getByLabel('Smartlead API key').fill('demo-grace');
    await page.getByRole('button', { name: 'Check key and continue' }).click();
    await page.getByLabel('Name').fill('Outreach');
    await page.getByRole('button', { name: 'Create instance' }).click();

    await page.getByRole('heading', { name: 'Connect your first client' }).waitFor();
    const token = (await page.getByTestId('token').textContent()) ?? '';
    expect(token).toMatch(/^slmcp_/);
    const snippet = page.getByRole('region', { name: 'n8n over Streamable HTTP settings' });
    expect(await snippet.textContent()).toContain(`Bearer Token:     ${token}`);
    expect(await page.content()).not.toContain('YOUR_INSTANCE_TOKEN');
    await page.getByText('Running', { exact: true }).waitFor();
    await page.getByText('Waiting for the first client…').waitFor();
    const [instance] = dashboard.fake.state.instances;
    expect(instance).toMatchObject({ name: 'Outreach', mode: 'both' });
    Object.assign(instance ?? {}, { firstConnectedAt: new Date().toISOString() });
    await page.locator('[data-connected="true"]').waitFor();

    await page.getByRole('link', { name: 'Go to the instance' }).click();
    await page.getByRole('heading', { name: 'Outreach', exact: true }).waitFor();
    expect(await page.content()).not.toContain(token);
  });

  it('says at the field that Smartlead refused the key, and stores nothing', async () => {
    await dashboard.openSignedIn('/keys');
    const { page } = dashboard;
    const before = dashboard.fake.state.keys.length;
    await page.getByRole('button', { name: 'Add key' }).click();
    await page.getByLabel('Smartlead API key').fill('not-a-key');
    await page.getByRole('button', { name: 'Check and add key' }).click();
    const field = page.getByLabel('Smartlead API key');
    await page.getByText('Smartlead refused this API key.').waitFor();
    expect(await field.getAttribute('aria-invalid')).toBe('true');
    const description = page.locator(`[id="${await field.getAttribute('aria-describedby')}"]`);
    expect(await description.textContent()).toContain('Smartlead refused this API key. Copy the key again');
    expect(await field.evaluate((element) => element === document.activeElement)).toBe(true);
    expect(dashboard.fake.state.keys).toHaveLength(before);
  });

  it('says in words that e-mail or password is wrong', async () => {
    dashboard.fake.state = livelyState(dashboard.fake.url);
    await dashboard.open('/sign-in');
    const { page } = dashboard;
    await page.getByLabel('E-mail').fill(owner.email);
    await page.getByLabel('Password', { exact: true }).fill('wrong password');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.getByRole('alert').textContent()).toContain('E-mail or password is wrong');
    expect(await page.getByLabel('E-mail').inputValue()).toBe(owner.email);
  });

  it('says that sign-ups are closed', async () => {
    dashboard.fake.state = livelyState(dashboard.fake.url);
    dashboard.fake.state.signUps = 'closed';
    await dashboard.open('/sign-up');
    const { page } = dashboard;
    await page.getByText('Sign-ups are closed', { exact: true }).waitFor();
    expect(await page.getByLabel('Password', { exact: true }).count()).toBe(0);
  });

  it.each([
    ['with the clipboard interface', false],
    ['without it, as on pages without TLS', true],
  ])('copies and says so %s', async (_case, withoutInterface) => {
    await dashboard.openSignedIn('/instances/ins_main', { permissions: ['clipboard-read', 'clipboard-write'] });
    const { page } = dashboard;
    if (withoutInterface) {
      await page.evaluate(() => Object.defineProperty(navigator, 'clipboard', { value: undefined, configurable: true }));
    }
    const button = page.getByRole('button', { name: 'Copy the Streamable HTTP URL' });
    // Both are there for a moment only, so they are waited for before that begins.
    const said = [
      page
        .getByRole('status')
        .filter({ hasText: /^Copied$/ })
        .waitFor({ state: 'attached' }),
      button.filter({ hasText: /^Copied$/ }).waitFor(),
    ];
    await button.click();
    await Promise.all(said);
    // What is on the clipboard shows when it is pasted.
    await dashboard.goTo('/instances/ins_main/logs');
    await page.getByLabel('Search', { exact: true }).focus();
    await page.keyboard.press('Control+V');
    expect(await page.getByLabel('Search', { exact: true }).inputValue()).toBe(`${dashboard.fake.url}/i/ins_main/mcp`);
  });

  it('can be set up with the keyboard alone', async () => {
    dashboard.fake.state.account = { ...owner };
    await dashboard.open('/sign-in');
    const { page } = dashboard;
    await tabTo(page, 'textbox', 'E-mail');
    await page.keyboard.type(owner.email);
    await page.keyboard.press('Tab');
    await page.keyboard.type(owner.password);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Instances', exact: true }).waitFor();
    await page.keyboard.press('Tab');
    await tabTo(page, 'link', 'New instance');
    await page.keyboard.press('Enter');
    await tabTo(page, 'textbox', 'Smartlead API key');
    await page.keyboard.type('wrong');
    await page.keyboard.press('Enter');
    await page.getByText('Smartlead refused this API key.').waitFor();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('demo-keyboard');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Name the instance' }).waitFor();
    await tabTo(page, 'textbox', 'Name');
    await page.keyboard.press('Control+A');
    await page.keyboard.type('By keyboard');
    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowDown');
    await tabTo(page, 'button', 'Create instance');
    await page.keyboard.press('Space');
    await page.getByRole('heading', { name: 'Connect your first client' }).waitFor();
    expect(dashboard.fake.state.instances[0]).toMatchObject({ name: 'By keyboard', mode: 'sse', policy: 'read-only', allow: [] });
    await tabTo(page, 'button', 'Copy the token');
    await tabTo(page, 'tab', 'n8n');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'Claude Desktop settings' }).waitFor();
  });

  it('lets the keyboard skip the navigation', async () => {
    await dashboard.openSignedIn('/instances');
    const { page } = dashboard;
    await dashboard.goTo('/keys');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the content');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
  });

  it('has its navigation behind a button on a phone', async () => {
    await dashboard.openSignedIn('/instances', { viewport: { width: 390, height: 844 } });
    const { page } = dashboard;
    await page.getByRole('button', { name: 'Open navigation' }).click();
    await page.getByRole('link', { name: 'Smartlead keys' }).click();
    await page.getByRole('heading', { name: 'Smartlead keys', exact: true }).waitFor();
  });

  it('follows the system into the dark and keeps another choice', async () => {
    await dashboard.openSignedIn('/instances', { colorScheme: 'dark' });
    const { page } = dashboard;
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await expect.poll(background).toBe('rgb(13, 15, 20)');
    await page.getByRole('button', { name: /Ada Byron/ }).click();
    await page.getByRole('menuitemradio', { name: 'Light' }).click();
    await expect.poll(background).toBe('rgb(247, 248, 250)');
    await page.reload();
    await page.getByRole('heading', { level: 1 }).waitFor();
    await expect.poll(background).toBe('rgb(247, 248, 250)');
  });
});
