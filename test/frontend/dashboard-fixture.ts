import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject } from 'vitest';
import { launchBrowser, type PageFaults, watchPage } from './browser.ts';
import { builtDashboard } from './built-dashboard.ts';
import { type FakeApi, startFakeApi } from './fake-api.ts';
import { emptyState, identifier, livelyState } from './fake-state.ts';

export interface TabOptions extends BrowserContextOptions {
  /** The page's timers then also run by `page.clock.fastForward`, so that a test need not wait for them. */
  clock?: boolean;
}

export interface DashboardFixture {
  /** The service behind the dashboard; its state is empty at the start of every test. */
  readonly fake: FakeApi;
  /** The first tab. */
  readonly page: Page;
  readonly context: BrowserContext;
  /** Opens an address of the dashboard in a new browser profile. */
  open(path: string, options?: TabOptions): Promise<void>;
  /** The same in a workspace with some history, with its owner signed in already. */
  openSignedIn(path: string, options?: TabOptions): Promise<void>;
  /** Goes to another address as if it was typed in. */
  goTo(path: string): Promise<void>;
  /** Goes there as a link does, without loading the dashboard anew. */
  follow(path: string): Promise<void>;
}

/** Serves the dashboard, built once for all files of a run; after each test nothing may have gone wrong in the page. Call inside a `describe`. */
export function useDashboard(): DashboardFixture {
  let fake: FakeApi;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let watched: PageFaults | undefined;

  beforeAll(async () => {
    [fake, browser] = await Promise.all([builtDashboard(inject('dashboardFolder')).then(startFakeApi), launchBrowser()]);
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await fake?.close();
  });

  beforeEach(() => {
    fake.state = emptyState();
    watched = undefined;
  });

  afterEach(async () => {
    await context?.close();
    expect(watched?.faults ?? []).toEqual([]);
  });

  async function openTab({ clock = false, ...options }: TabOptions): Promise<void> {
    context = await browser.newContext({ viewport: { width: 1280, height: 860 }, reducedMotion: 'reduce', ...options });
    page = await context.newPage();
    page.setDefaultTimeout(30_000);
    if (clock) await page.clock.install();
    watched = watchPage(page, fake.url);
  }

  async function open(path: string, options: TabOptions = {}): Promise<void> {
    await openTab(options);
    await page.goto(fake.url + path);
  }

  async function goTo(path: string): Promise<void> {
    await page.goto(fake.url + path);
    await page.getByRole('heading', { level: 1 }).waitFor();
  }

  async function follow(path: string): Promise<void> {
    await page.evaluate((target) => {
      history.pushState({ idx: (history.state?.idx ?? 0) + 1, key: target, usr: null }, '', target);
      dispatchEvent(new PopStateEvent('popstate', { state: history.state }));
    }, path);
  }

  /** With the cookie of an earlier visit, which is how most visits begin. */
  async function openSignedIn(path: string, options: TabOptions = {}): Promise<void> {
    fake.state = livelyState(fake.url);
    fake.state.refreshToken = identifier('ref');
    await openTab(options);
    const cookie = { name: 'refresh_token', value: fake.state.refreshToken, domain: '127.0.0.1', path: '/v1/auth' };
    await context.addCookies([{ ...cookie, httpOnly: true, sameSite: 'Strict' }]);
    await goTo(path);
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
    follow,
  };
}
