import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';

const chromiumPath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';

/**
 * Whether browser tests run. Without a browser they are skipped, and one line says so; in CI they run all the same, and fail where
 * there is none.
 */
export function browserTestsRun(): boolean {
  if (existsSync(chromiumPath) || process.env.CI !== undefined) return true;
  process.stderr.write(`Browser tests are skipped: there is no Chromium at ${chromiumPath} (CHROMIUM_PATH names another).\n`);
  return false;
}

/** The system's Chromium, kept from asking anything of the network by itself. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** What must never happen while a page is used; empty where all is well. */
export interface PageFaults {
  faults: string[];
}

/** Collects faults of scripts, violations of the content security policy, and requests to any other origin than those given. */
export function watchPage(page: Page, ...origins: string[]): PageFaults {
  const watched: PageFaults = { faults: [] };
  page.on('pageerror', (error) => watched.faults.push(`script fault: ${error.message}`));
  page.on('console', (message) => {
    // Chromium reports every answer of 4xx and 5xx there; those are part of what is tested.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      watched.faults.push(`console: ${message.text()}`);
    }
  });
  page.on('request', (request) => {
    if (!origins.includes(new URL(request.url()).origin)) watched.faults.push(`request to another host: ${request.url()}`);
  });
  return watched;
}

/** Presses Tab until the element with the role and name has the focus. Rejects where the keyboard does not get there. */
export async function tabTo(page: Page, role: Parameters<Page['getByRole']>[0], name: string): Promise<void> {
  const target = page.getByRole(role, { name, exact: true });
  await target.waitFor();
  for (let presses = 0; presses < 40; presses += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not reach the ${role} "${name}"`);
}

/** By how many pixels the page can be scrolled sideways. */
export function sidewaysScroll(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}
