/** Prints what tools/list costs by selection of tools; with --write, also into docs/token-budget.md. Exits 1 where a limit is exceeded. */
import { writeFileSync } from 'node:fs';
import { aboutTokens, tokenBudgetPage, toolListCosts } from './token-budget.ts';

const costs = toolListCosts();
console.table(
  costs.map(({ selection, tools, bytes, budget }) => ({
    selection,
    tools,
    bytes,
    budget: budget ?? '',
    tokens: aboutTokens(bytes),
  })),
);
if (process.argv.includes('--write')) writeFileSync(new URL('../docs/token-budget.md', import.meta.url), tokenBudgetPage(costs));
const exceeded = costs.filter(({ bytes, budget }) => budget !== undefined && bytes > budget);
for (const { selection, bytes, budget } of exceeded)
  console.error(`${selection}: ${bytes} bytes, ${bytes - (budget ?? 0)} too many`);
process.exitCode = exceeded.length === 0 ? 0 : 1;
