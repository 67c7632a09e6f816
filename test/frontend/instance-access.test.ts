import { describe, expect, it } from 'vitest';
import { browserTestsRun, tabTo } from './browser.ts';
import { useDashboard } from './dashboard-fixture.ts';
import { expectAccessible } from './expect-accessible.ts';

describe.skipIf(!browserTestsRun())('what an instance may do, in the dashboard', { timeout: 60_000 }, () => {
  const dashboard = useDashboard();

  /** Presses Save and answers what is sent. */
  async function saved(): Promise<unknown> {
    const { page } = dashboard;
    const answered = page.waitForResponse((response) => response.request().method() === 'PATCH');
    await page.getByRole('button', { name: 'Save changes' }).click();
    await page.getByText('Saved.').waitFor();
    return (await answered).request().postDataJSON();
  }

  it('changes policy and switches, and says what a switch lets happen', async () => {
    await dashboard.openSignedIn('/instances/ins_main/settings');
    const { page } = dashboard;
    expect(await page.getByRole('switch', { checked: true }).count()).toBe(0);
    const send = page.getByRole('switch', { name: 'Send mail' });
    expect(await send.getAttribute('aria-describedby').then((id) => page.locator(`[id="${id}"]`).textContent())).toContain(
      'Mail reaches real people',
    );
    await page.getByRole('switch', { name: 'Spend credits' }).check();
    await send.check();
    const withoutEffect = page.getByText('Under “Read only” nothing is sent, deleted or spent');
    await withoutEffect.waitFor();
    await page.getByRole('radio', { name: /^Standard/ }).check();
    await withoutEffect.waitFor({ state: 'detached' });
    expect(await saved()).toEqual({ policy: 'standard', allow: ['send', 'spend'] });
    await page.getByRole('switch', { name: 'Spend credits' }).uncheck();
    expect(await saved()).toEqual({ allow: ['send'] });
  });

  it('offers everything, a profile, sets or discovery, each with its size', async () => {
    await dashboard.openSignedIn('/instances/ins_main/settings');
    const { page } = dashboard;
    await page.getByRole('radio', { name: /^Everything.*\d+ tools, about [\d,]+ tokens/ }).waitFor();
    await page.getByRole('radio', { name: /^A profile/ }).check();
    await page.getByRole('radio', { name: /^Inbox agent.*\d+ tools, about [\d,]+ tokens/ }).check();
    expect(await saved()).toEqual({ toolsets: ['inbox-agent'] });
  });

  it('does not save without a set, and says so at the sets', async () => {
    await dashboard.openSignedIn('/instances/ins_main/settings');
    const { page } = dashboard;
    await page.getByRole('radio', { name: /^Sets/ }).check();
    const sets = page.getByRole('group', { name: 'Sets' });
    for (const name of ['Campaigns', 'Leads', 'Inbox', 'Mailboxes', 'Analytics']) await sets.getByLabel(name).uncheck();
    await page.getByRole('button', { name: 'Save changes' }).click();
    await page.getByText('Choose at least one set.').waitFor();
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-invalid'))).toBe('true');
    expect(dashboard.fake.state.instances.find(({ id }) => id === 'ins_main')?.toolsets).toBeNull();
    await sets.getByLabel('Deliverability').check();
    await page.getByText('Deliverability alone is the profile of that name.').waitFor();
    await sets.getByLabel('Leads').check();
    expect(await saved()).toEqual({ toolsets: ['leads', 'deliverability'] });
    await page.reload();
    await page.getByRole('radio', { name: /^Sets/, checked: true }).waitFor();
    await page.getByRole('radio', { name: /^Discovery/ }).check();
    expect(await saved()).toEqual({ toolsets: ['discovery'] });
    await page.getByRole('radio', { name: /^Everything/ }).check();
    expect(await saved()).toEqual({ toolsets: null });
  });

  it('names single tools by keyboard, and forgets them again', async () => {
    await dashboard.openSignedIn('/instances/ins_main/settings');
    const { page } = dashboard;
    await page.locator('summary').focus();
    await page.keyboard.press('Enter');
    await tabTo(page, 'combobox', 'Never these tools');
    for (const name of ['leads_categories', 'campaigns_get_all']) {
      await page.keyboard.type(name);
      await page.getByRole('option', { name }).waitFor();
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
    }
    await page.keyboard.type('no such tool');
    await page.getByText('No tool has that in its name').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('summary').getByText('Never 2 tools').waitFor();
    expect(await saved()).toEqual({ deniedTools: ['campaigns_get_all', 'leads_categories'] });
    await page.getByLabel('Never these tools').focus();
    await page.keyboard.press('Backspace');
    await page.keyboard.press('Backspace');
    expect(await saved()).toEqual({ deniedTools: null });
  });

  it('is chosen when an instance is created', async () => {
    await dashboard.openSignedIn('/instances/new');
    const { fake, page } = dashboard;
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByLabel('Name').fill('Sorter');
    await page.getByRole('radio', { name: /^Standard/ }).check();
    const summaries = page.locator('summary');
    await summaries.filter({ hasText: 'All off: it sends, deletes and spends nothing' }).click();
    await page.getByRole('switch', { name: 'Delete and stop' }).check();
    await summaries.filter({ hasText: 'On: delete and stop' }).waitFor();
    await summaries.filter({ hasText: /^Tools/ }).click();
    await page.getByRole('radio', { name: /^A profile/ }).check();
    await page.getByRole('radio', { name: /^Analyst/ }).check();
    await summaries.filter({ hasText: /^ToolsAnalyst: \d+ tools/ }).waitFor();
    await page.getByRole('button', { name: 'Create instance' }).click();
    await page.getByRole('heading', { name: 'Connect your first client' }).waitFor();
    expect(fake.state.instances[0]).toMatchObject({
      ...{ name: 'Sorter', policy: 'standard', allow: ['destroy'], toolsets: ['analyst'], allowedTools: null, deniedTools: null },
    });
  });

  it('can be chosen although the sizes cannot be read', async () => {
    await dashboard.openSignedIn('/instances', { clock: true });
    const { page } = dashboard;
    await page.route('**/v1/tools', (route) =>
      route.fulfill({ status: 500, json: { title: 'Something went wrong on our side' } }),
    );
    await dashboard.goTo('/instances/ins_main/settings');
    await page.getByRole('radio', { name: /^Discovery/ }).check();
    // It is asked again a few times before it is given up.
    await expect
      .poll(() => page.clock.fastForward(4000).then(() => page.getByRole('alert').allTextContents()), { timeout: 15_000 })
      .toEqual([expect.stringContaining('Something went wrong')]);
    expect(await saved()).toEqual({ toolsets: ['discovery'] });
    await page.unroute('**/v1/tools');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('radio', { name: /^Discovery.*tools, about/ }).waitFor();
  });

  it.each(['light', 'dark'] as const)(
    'has no serious accessibility violation with all of it open, in %s mode',
    async (colorScheme) => {
      await dashboard.openSignedIn('/instances/ins_main/settings', { colorScheme });
      const { page } = dashboard;
      for (const box of await page.getByRole('switch').all()) await box.check();
      await page.getByRole('radio', { name: /^Sets/ }).check();
      await page.locator('summary').click();
      await page.getByLabel('Only these tools').fill('leads_categories');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await expectAccessible(page, 'list of tools open');
      await page.keyboard.press('Escape');
      await page.getByRole('radio', { name: /^A profile/ }).check();
      await expectAccessible(page, 'profiles');
    },
  );
});
