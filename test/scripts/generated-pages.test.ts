import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { operations } from '../../container/instance/catalogue/catalogue.ts';
import document from '../../container/instance/catalogue/smartlead-api.json' with { type: 'json' };
import { toolName } from '../../container/instance/catalogue/tool-name.ts';
import { coveragePage, leftOut } from '../../scripts/coverage-page.ts';
import { tokenBudgetPage, toolList, toolListCosts } from '../../scripts/token-budget.ts';

const page = (name: string) => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');

describe('docs/coverage.md', () => {
  it('is what `node scripts/write-coverage.ts` writes', () => expect(page('coverage.md')).toBe(coveragePage()));

  it('has every operation of the catalogue, each with a tool that an instance lists', () => {
    const text = page('coverage.md');
    const listed = new Set(toolList([]).tools.map(({ name }) => name));
    for (const { id, method, path } of operations) {
      expect(text).toContain(`| ${id} | ${toolName(id)} | \`${method} ${path}\` |`);
      expect(listed).toContain(toolName(id));
    }
  });

  it('gives a reason for each of the operations that are left out', () => {
    expect(leftOut).toHaveLength(11);
    expect(document.extra_endpoints).toHaveLength(11);
    for (const { id, reason } of leftOut) {
      expect(reason, id).toMatch(/^.{30,}$/);
      // A tool that is named in place of it exists.
      for (const [, name] of (reason ?? '').matchAll(/`(\w+)`/g))
        expect(toolList([]).tools.map((tool) => tool.name)).toContain(name);
    }
  });
});

describe('the token budget', () => {
  const costs = toolListCosts();
  it.each(costs.filter(({ budget }) => budget !== undefined))(
    '$selection: $bytes bytes, at most $budget',
    ({ bytes, budget }) => {
      expect(bytes).toBeLessThanOrEqual(budget as number);
    },
  );

  it('limits the full list, each profile and discovery', () => {
    const limits = costs.flatMap(({ budget }) => budget ?? []);
    expect(limits).toEqual([90_000, 12_000, 12_000, 12_000, 12_000, 3_000]);
  });

  it('stands in docs/token-budget.md as `node scripts/print-token-budget.ts --write` writes it', () => {
    expect(page('token-budget.md')).toBe(tokenBudgetPage(costs));
  });
});
