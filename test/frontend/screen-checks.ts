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
    await expectAccessible(page, path);
    await showDark(dashboard, true);
    await expectAccessible(page, `${path} in the dark`, { colorsOnly: true });
    await showDark(dashboard, false);
    await page.setViewportSize({ width: 390, height: 844 });
    // What is laid out by a script takes a moment to follow.
    await expect.poll(() => sidewaysScroll(page), { message: `${path} on a phone`, timeout: 5_000 }).toBe(0);
    await page.setViewportSize({ width: 1280, height: 860 });
  }
}

/** Does with an open dialog what is done with a screen, but for the phone. */
export async function checkDialog(dashboard: DashboardFixture, name: string): Promise<void> {
  await expectAccessible(dashboard.page, name);
  await showDark(dashboard, true);
  await expectAccessible(dashboard.page, `${name} in the dark`, { colorsOnly: true });
  await showDark(dashboard, false);
}

async function showDark({ page }: DashboardFixture, dark: boolean): Promise<void> {
  await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light' });
  await page.locator(`html[data-color-scheme="${dark ? 'dark' : 'light'}"], html[data-${dark ? 'dark' : 'light'}]`).waitFor();
}
