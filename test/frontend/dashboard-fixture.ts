import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { buildDashboard } from '../../scripts/build-dashboard.ts';
import { launchBrowser, type PageFaults, watchPage } from './browser.ts';
import { type FakeApi, startFakeApi } from './fake-api.ts';
import { emptyState, livelyState, owner } from './fake-state.ts';

export interface DashboardFixture {
  /** The service behind the dashboard; its state is empty at the start of every test. */
  readonly fake: FakeApi;
  /** The first tab. */
  readonly page: Page;
  readonly context: BrowserContext;
  /** Opens an address of the dashboard in a new browser profile. */
  open(path: string, options?: BrowserContextOptions): Promise<void>;
  /** The same in a workspace with some history, with its owner signed in. */
  openSignedIn(path: string, options?: BrowserContextOptions): Promise<void>;
  /** Goes to another address as if it was typed in. */
  goTo(path: string): Promise<void>;
}

/** Builds the dashboard once and serves it; after each test nothing may have gone wrong in the page. Call inside a `describe`. */
export function useDashboard(): DashboardFixture {
  let folder: string;
  let fake: FakeApi;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let watched: PageFaults | undefined;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dashboard-'));
    fake = await startFakeApi(await buildDashboard({ outdir: folder }));
    browser = await launchBrowser();
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await fake?.close();
    await rm(folder, { recursive: true, force: true });
  });

  beforeEach(() => {
    fake.state = emptyState();
    watched = undefined;
  });

  afterEach(async () => {
    await context?.close();
    expect(watched?.faults ?? []).toEqual([]);
  });

  async function open(path: string, options: BrowserContextOptions = {}): Promise<void> {
    context = await browser.newContext({ viewport: { width: 1280, height: 860 }, reducedMotion: 'reduce', ...options });
    page = await context.newPage();
    page.setDefaultTimeout(15_000);
    watched = watchPage(page, fake.url);
    await page.goto(fake.url + path);
  }

  async function goTo(path: string): Promise<void> {
    await page.goto(fake.url + path);
    await page.getByRole('heading', { level: 1 }).waitFor();
  }

  async function openSignedIn(path: string, options: BrowserContextOptions = {}): Promise<void> {
    fake.state = livelyState(fake.url);
    await open('/sign-in', options);
    await page.getByLabel('E-mail').fill(owner.email);
    await page.getByLabel('Password', { exact: true }).fill(owner.password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('heading', { name: 'Instances', exact: true }).waitFor();
    if (path !== '/instances') await goTo(path);
  }

  return {
    get fake() {
      return fake;
    },
    get page() {
      return page;
    },
    get context() {
      return context;
    },
    open,
    openSignedIn,
    goTo,
  };
}
