import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** What depends on colours alone; all else is the same in every colour scheme. */
const colorRules = ['color-contrast', 'link-in-text-block'];

/**
 * Waits until the page has loaded its data, then lets axe look at it: nothing serious may be wrong. With `colorsOnly` it looks for
 * what another colour scheme can change of a page that it has seen already.
 */
export async function expectAccessible(page: Page, screen: string, { colorsOnly = false } = {}): Promise<void> {
  await page.getByRole('status', { name: 'Loading' }).waitFor({ state: 'detached' });
  // Without frames of other origins the old way finds the same, and opens no second page for every look.
  const axe = new AxeBuilder({ page }).setLegacyMode(true).options({ resultTypes: ['violations'] });
  const { violations } = await (colorsOnly ? axe.withRules(colorRules) : axe).analyze();
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  expect
    .soft(
      serious.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(', ')}`),
      screen,
    )
    .toEqual([]);
}
