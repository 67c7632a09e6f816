import { z } from 'zod';
import { ProblemError } from '../../../core/problem.ts';
import type { Page, PageRequest } from '../../ports.ts';

/** Where a page ended: time and identifier of its last item, which together order every list. */
export interface Position {
  time: string;
  id: string;
}

const positionSchema = z.tuple([z.string().refine(isStoredTime), z.string().regex(/^[\x21-\x7e]{1,200}$/u)]);

/**
 * Builds a page, newest first. `read` answers up to `count` items after the position, from the newest where there is none; fewer only
 * where there are no more. The cursor holds the position and no key of the table, so it tells nothing of other customers and opens no
 * other list. Rejects with ProblemError `invalid-input` where we did not make the cursor.
 */
export async function readPage<Item extends { id: string }>(
  { limit, cursor }: PageRequest,
  timeOf: (item: Item) => string,
  read: (after: Position | undefined, count: number) => Promise<Item[]>,
): Promise<Page<Item>> {
  const found = await read(cursor === undefined ? undefined : decodeCursor(cursor), limit + 1);
  const items = found.slice(0, limit);
  const last = items.at(-1);
  const nextCursor = found.length > limit && last !== undefined ? encodeCursor({ time: timeOf(last), id: last.id }) : null;
  return { items, nextCursor };
}

/** Whether a text is a time as our stores write it: only such ones sort as their times do. */
function isStoredTime(text: string): boolean {
  const time = new Date(text);
  return /^[1-9]\d{3}-/u.test(text) && !Number.isNaN(time.getTime()) && time.toISOString() === text;
}

export function encodeCursor({ time, id }: Position): string {
  return Buffer.from(JSON.stringify([time, id])).toString('base64url');
}

/** Throws ProblemError `invalid-input` where we did not make the cursor. */
export function decodeCursor(cursor: string): Position {
  try {
    const [time, id] = positionSchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
    return { time, id };
  } catch {
    throw new ProblemError('invalid-input', {
      detail: 'Use the nextCursor of the page before, unchanged.',
      errors: [{ path: 'cursor', message: 'is not a cursor of this list' }],
    });
  }
}
