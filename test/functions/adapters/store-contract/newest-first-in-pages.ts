import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Page, PageRequest } from '../../../../functions/ports.ts';
import { afterNoon } from './fixtures.ts';
import { readAllPages } from './stores.ts';

/**
 * What every list promises: all items once, newest first, whatever the size of a page and however many share a millisecond.
 * `fill` makes one item for each time in a fresh list and answers their identifiers in the same order.
 */
export function newestFirstInPages(
  fill: (times: string[]) => Promise<{ ids: string[]; readPage: (page: PageRequest) => Promise<Page<{ id: string }>> }>,
): void {
  it('lists all items once, newest first, in pages of any size', () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 4 }), { maxLength: 9 }), fc.integer({ min: 1, max: 5 }), async (offsets, limit) => {
        const times = offsets.map(afterNoon);
        const { ids, readPage } = await fill(times);
        const expected = ids
          .map((id, index) => ({ id, time: times[index] as string }))
          .sort((one, other) => (one.time + one.id < other.time + other.id ? 1 : -1))
          .map(({ id }) => id);
        const listed = await readAllPages(readPage, limit);
        expect(listed.map(({ id }) => id)).toEqual(expected);
      }),
      { numRuns: 12 },
    ));

  it('keeps its place while newer items arrive', async () => {
    const { ids, readPage } = await fill([0, 1, 2, 3].map(afterNoon));
    const first = await readPage({ limit: 2 });
    expect(first.items.map(({ id }) => id)).toEqual([ids[3], ids[2]]);
    const second = await readPage({ limit: 2, cursor: first.nextCursor as string });
    expect(second.items.map(({ id }) => id)).toEqual([ids[1], ids[0]]);
    expect(second.nextCursor).toBeNull();
  });

  it('refuses a cursor it did not give', async () => {
    const { readPage } = await fill([]);
    for (const cursor of ['nonsense', '', Buffer.from('["x"]').toString('base64url')]) {
      await expect(readPage({ limit: 2, cursor })).rejects.toMatchObject({ type: 'invalid-input', errors: [{ path: 'cursor' }] });
    }
  });
}
