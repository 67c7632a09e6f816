import { ProblemError } from '../../../core/problem.ts';
import type { Page, PageRequest } from '../../../functions/ports.ts';

/** A page of items that are given oldest first and answered newest first. The cursor is the id of the last item answered. */
export function pageOfItems<Item extends { id: string }>(
  oldestFirst: Iterable<Item>,
  { limit, cursor }: PageRequest,
): Page<Item> {
  const newestFirst = [...oldestFirst].reverse();
  const before = cursor === undefined ? -1 : newestFirst.findIndex((item) => item.id === cursor);
  if (cursor !== undefined && before === -1) {
    throw new ProblemError('invalid-input', { errors: [{ path: 'cursor', message: 'is not a cursor of this list' }] });
  }
  const items = newestFirst.slice(before + 1, before + 1 + limit);
  const isLast = before + 1 + limit >= newestFirst.length;
  return { items: structuredClone(items), nextCursor: isLast ? null : (items.at(-1)?.id ?? null) };
}
