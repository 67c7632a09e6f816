import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { sidewaysScroll } from './browser.ts';
import type { DashboardFixture } from './dashboard-fixture.ts';
import { expectAccessible } from './expect-accessible.ts';

/** An address and a text (or a heading, field or button with that name) that is there once the screen has loaded. */
export type Screen = readonly [path: string, sign: string | RegExp];

/**
 * Looks at each screen: nothing serious may be wrong for people who see it, hear it or use the keyboard, in the light and in the
 * dark, and it fits a phone 390 pixels wide. One visit for all of that.
 */
export async function checkScreens(dashboard: DashboardFixture, screens: readonly Screen[]): Promise<void> {
  const { page } = dashboard;
  for (const [path, sign] of screens) {
    await dashboard.follow(path);
    await page
      .getByText(sign)
      .or(page.getByRole('list', { name: sign }))
      .or(page.getByRole('table', { name: sign }))
      .first()
      .waitFor();
    await checkScreen(page, path);
  }
}

/** The same for the screen that is open now. */
export async function checkScreen(page: Page, name: string): Promise<void> {
  await expectAccessible(page, name);
  await showDark(page, true);
  await expectAccessible(page, `${name} in the dark`, { colorsOnly: true });
  await showDark(page, false);
  await page.setViewportSize({ width: 390, height: 844 });
  // What is laid out by a script takes a moment to follow.
  await expect.poll(() => sidewaysScroll(page), { message: `${name} on a phone`, timeout: 15_000 }).toBe(0);
  await page.setViewportSize({ width: 1280, height: 860 });
}

/** Does with an open dialog what is done with a screen, but for the phone. */
export async function checkDialog({ page }: Pick<DashboardFixture, 'page'>, name: string): Promise<void> {
  await expectAccessible(page, name);
  await showDark(page, true);
  await expectAccessible(page, `${name} in the dark`, { colorsOnly: true });
  await showDark(page, false);
}

async function showDark(page: Page, dark: boolean): Promise<void> {
  await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light' });
  await page.locator(`html[data-color-scheme="${dark ? 'dark' : 'light'}"], html[data-${dark ? 'dark' : 'light'}]`).waitFor();
}
