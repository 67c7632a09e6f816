import { type Expression, type SqlBool, sql } from 'kysely';
import { z } from 'zod';
import { ProblemError } from '../../../core/problem.ts';
import type { Page, PageRequest } from '../../ports.ts';

/** Where a page ended: time and identifier of its last item, which together order every list. */
const positionSchema = z.tuple([z.string().refine(isStoredTime), z.string().regex(/^[\x21-\x7e]{1,200}$/u)]);
type Position = z.infer<typeof positionSchema>;

/** Condition for the rows after the cursor, newest first. Throws ProblemError `invalid-input` where we did not make the cursor. */
export function afterCursor(timeColumn: string, cursor: string | undefined): Expression<SqlBool> {
  if (cursor === undefined) return sql<boolean>`true`;
  const [time, id] = decodeCursor(cursor);
  return sql<boolean>`(${sql.ref(timeColumn)}, ${sql.ref('id')}) < (${time}::timestamptz, ${id})`;
}

/** Builds a page from rows of which one more than the limit was asked for. */
export function toPage<Row extends { id: string }>(rows: Row[], { limit }: PageRequest, timeOf: (row: Row) => string): Page<Row> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > limit && last !== undefined ? encodeCursor([timeOf(last), last.id]) : null };
}

/** Whether a text is a time as our stores write it. A forged one, such as of the year 0, would make the database fail. */
function isStoredTime(text: string): boolean {
  const time = new Date(text);
  return /^[1-9]\d{3}-/u.test(text) && !Number.isNaN(time.getTime()) && time.toISOString() === text;
}

function encodeCursor(position: Position): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

function decodeCursor(cursor: string): Position {
  try {
    return positionSchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
  } catch {
    throw new ProblemError('invalid-input', {
      detail: 'Use the nextCursor of the page before, unchanged.',
      errors: [{ path: 'cursor', message: 'is not a cursor of this list' }],
    });
  }
}
