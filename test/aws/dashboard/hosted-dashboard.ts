import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject } from 'vitest';
import { launchBrowser, type PageFaults, watchPage } from '../../frontend/browser.ts';
import { builtDashboard } from '../../frontend/built-dashboard.ts';
import { type HostedService, startHostedService } from './hosted-service.ts';
import { type EmulatedUserPool, startUserPool } from './user-pool.ts';

export interface HostedDashboard {
  readonly service: HostedService;
  readonly pool: EmulatedUserPool;
  /** Opens an address of the dashboard in a new browser profile; the profile's first tab is `page`. */
  open(path: string): Promise<Page>;
  readonly page: Page;
  readonly context: BrowserContext;
  /** Another tab of the same profile. */
  openTab(path: string): Promise<Page>;
}

/** The dashboard of the service on AWS in front of an emulated user pool. After each test nothing may have gone wrong in its pages. */
export function useHostedDashboard(): HostedDashboard {
  let pool: EmulatedUserPool;
  let service: HostedService;
  let browser: Browser;
  let context: BrowserContext;
  let opened: BrowserContext[] = [];
  let page: Page;
  let watched: PageFaults[] = [];

  beforeAll(async () => {
    const [folder, started, launched] = await Promise.all([
      builtDashboard(inject('dashboardFolder')),
      startUserPool(),
      launchBrowser(),
    ]);
    pool = started;
    browser = launched;
    service = await startHostedService(folder, pool);
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await service?.close();
    await pool?.stop();
  });

  afterEach(async () => {
    await Promise.all(opened.map((each) => each.close()));
    opened = [];
    const faults = watched.flatMap((each) => each.faults);
    watched = [];
    expect(faults).toEqual([]);
  });

  async function openTab(path: string): Promise<Page> {
    const tab = await context.newPage();
    tab.setDefaultTimeout(30_000);
    watched.push(watchPage(tab, service.dashboardUrl, service.apiUrl, pool.endpoint));
    await tab.goto(service.dashboardUrl + path);
    return tab;
  }

  return {
    get service() {
      return service;
    },
    get pool() {
      return pool;
    },
    get page() {
      return page;
    },
    get context() {
      return context;
    },
    open: async (path) => {
      context = await browser.newContext({ viewport: { width: 1280, height: 860 }, reducedMotion: 'reduce' });
      opened.push(context);
      page = await openTab(path);
      return page;
    },
    openTab,
  };
}

export const goodPassword = 'Correct horse 9 battery';

/** From nothing to the page that asks for the mailed code. */
export async function signUp(page: Page, email: string, name = 'Ada Byron'): Promise<void> {
  await page.getByLabel('Your name (optional)').fill(name);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(goodPassword);
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByRole('heading', { name: 'Confirm your address' }).waitFor();
}

/** The page that asks for the mailed code, for those whose password is not remembered. */
export async function confirmLater(page: Page, code: string, password = goodPassword): Promise<void> {
  await page.getByLabel('Password', { exact: true }).fill(password);
  await enterCode(page, code, 'Confirm');
}

/** From nothing to the first page of a new customer. */
export async function enterAsNew(dashboard: HostedDashboard, email: string): Promise<Page> {
  const page = await dashboard.open('/sign-up');
  await signUp(page, email);
  await enterCode(page, await dashboard.pool.mailedCode(email), 'Confirm');
  await page.getByRole('heading', { name: 'Set up your first instance' }).waitFor();
  return page;
}

export async function enterCode(page: Page, code: string, button: string): Promise<void> {
  await page.getByLabel(/^Code/).fill(code);
  await page.getByRole('button', { name: button, exact: true }).click();
}

export async function signIn(page: Page, email: string, password = goodPassword): Promise<void> {
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

export async function signOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: /Ada Byron/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
}

/** Wherever that led: to the page that was asked for, or left. */
export async function isSignedIn(page: Page): Promise<void> {
  await page.getByRole('button', { name: /Ada Byron|@example\.com/ }).waitFor();
}
