import { expect, it } from 'vitest';
import { readMatches } from '../../../../functions/adapters/dynamodb/filtered-page.ts';
import type { Page, PageRequest } from '../../../../functions/ports.ts';

interface Line {
  id: string;
  time: string;
}

const lines = Array.from({ length: 20_000 }, (_, number): Line => {
  const age = 20_000 - number;
  return { id: `log_${String(age).padStart(6, '0')}`, time: new Date(Date.UTC(2026, 10, 22) - number * 1000).toISOString() };
});

it('reads a bounded part of a long list for a filter that little fits, and its cursors lead to the end all the same', async () => {
  let reads = 0;
  const rare = new Set([lines[3], lines[9_500], lines[19_999]]);
  const readPage = (page: PageRequest): Promise<Page<Line>> =>
    readMatches(page, { timeOf: (line) => line.time, matches: (line) => rare.has(line) }, async (after, count) => {
      reads += 1;
      const start = after === undefined ? 0 : lines.findIndex(({ id }) => id === after.id) + 1;
      return { items: lines.slice(start, start + count), ended: start + count >= lines.length };
    });
  const pages: Page<Line>[] = [];
  let cursor: string | undefined;
  do {
    reads = 0;
    const page = await readPage({ limit: 10, cursor });
    expect(reads).toBeLessThanOrEqual(8);
    pages.push(page);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  expect(pages.flatMap(({ items }) => items)).toEqual([...rare]);
  expect(pages.map(({ items }) => items.length)).toEqual([1, 1, 1]);
});
