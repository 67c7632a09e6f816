import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserTestsRun, launchBrowser, watchPage } from '../frontend/browser.ts';
import { mcpClients } from './mcp-clients.ts';
import { type RunningService, startService } from './start-service.ts';

describe.skipIf(!browserTestsRun())('the first run, in Chromium against the real service', { timeout: 120_000 }, () => {
  let service: RunningService;
  let browser: Browser;

  beforeAll(async () => {
    [service, browser] = await Promise.all([startService(), launchBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await service?.stop();
  });

  it('goes from an empty installation to a client that calls a tool, and all of it shows', async () => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' });
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    const watched = watchPage(page, service.url);

    await page.goto(service.url);
    await page.getByRole('heading', { name: 'Create the first account' }).waitFor();
    await page.getByText('simulated Smartlead').first().waitFor();
    await page.getByLabel('E-mail').fill('grace@example.com');
    await page.getByLabel('Password', { exact: true }).fill('four unrelated words');
    await page.getByRole('button', { name: 'Create account' }).click();

    await page.getByRole('heading', { name: 'Set up your first instance' }).waitFor();
    await page.getByLabel('Smartlead API key').fill('not-a-sandbox-key');
    await page.getByRole('button', { name: 'Check key and continue' }).click();
    await page.getByText('Smartlead refused this API key.').waitFor();
    await page.getByLabel('Smartlead API key').fill('demo-grace');
    await page.getByRole('button', { name: 'Check key and continue' }).click();
    await page.getByLabel('Name').fill('Outreach');
    await page.getByRole('button', { name: 'Create instance' }).click();

    await page.getByRole('heading', { name: 'Connect your first client' }).waitFor();
    const token = (await page.getByTestId('token').textContent()) ?? '';
    expect(token).toMatch(/^slmcp_/);
    await page.getByText('Running', { exact: true }).waitFor();
    const address = /http:\/\/\S+\/i\/ins_[0-9a-z]+(?=\/mcp)/.exec(await page.content())?.[0] ?? '';
    const client = await mcpClients['2.x over Streamable HTTP'](address, token);
    expect((await client.callTool({ name: 'campaigns_get_all', arguments: {} })).isError ?? false).toBe(false);
    await client.close();
    await page.locator('[data-connected="true"]').waitFor();

    await page.getByRole('link', { name: 'Go to the instance' }).click();
    await page.getByRole('heading', { name: 'Outreach', exact: true }).waitFor();
    await page.getByRole('link', { name: 'Activity' }).click();
    await page.getByText('campaigns_get_all').first().waitFor();
    expect(await page.content()).not.toContain(token);

    await page.goto(`${service.url}/usage`);
    await page.getByText('campaigns_get_all').first().waitFor();
    await page.goto(`${service.url}/audit`);
    await page.getByText('instance.create').first().waitFor();
    // The session outlives a reload: the refresh cookie brings it back without signing in.
    await page.reload();
    await page.getByText('instance.create').first().waitFor();

    // The two refusals that were provoked show in the browser's console; nothing else may.
    expect(watched.faults.filter((fault) => !/422|401/.test(fault))).toEqual([]);
    await context.close();
  });
});
