import type { JsonObject } from '../json/json-object.ts';
import { byteLength } from './byte-length.ts';
import { shorten, type TruncatedField } from './shortened-value.ts';

/** Bytes of JSON an answer may have: what a model can take in at once beside everything else. */
export const mostAnswerBytes = 48_000;
/** Kept free for what is only known when the rows are: paths, a cursor, what was truncated. */
const reserveBytes = 4_000;
/** An answer of so few rows is measured whole before it is measured row by row. */
const fewRows = 20;

/**
 * Makes an answer out of as many whole rows as fit. A row that alone is too big comes with its longest texts cut, and the answer says
 * so in `truncatedFields`.
 * @param assemble Makes the answer of the first rows.
 */
export function fitRows(
  rows: readonly unknown[],
  frame: JsonObject,
  assemble: (rows: readonly unknown[], frame: JsonObject) => JsonObject,
): JsonObject {
  if (rows.length <= fewRows) {
    const whole = assemble(rows, frame);
    // Below this, not even the frame alone is too long. Most answers are.
    if (byteLength(whole) <= mostAnswerBytes / 4) return whole;
  }
  const { frame: shortFrame, truncated } = fitFrame(frame);
  const room = mostAnswerBytes - reserveBytes - byteLength(shortFrame);
  let { count, bytes } = rowsThatFit(rows, room);
  while (count > 0 || rows.length === 0) {
    const chosen = count === rows.length ? rows : rows.slice(0, count);
    const answer = withTruncated(assemble(chosen, shortFrame), truncated);
    // The rows are measured already; what stands around them may be more than was kept free.
    if (rows.length === 0 || byteLength({ ...answer, items: [] }) + bytes <= mostAnswerBytes) return answer;
    count -= Math.ceil(count / 10);
    bytes = rows.slice(0, count).reduce<number>((sum, row) => sum + byteLength(row) + 1, 0);
  }
  const first = shorten(rows[0], room / 2, 'items[0]');
  return withTruncated(assemble([first.value], shortFrame), [...truncated, ...first.truncated]);
}

/** An answer about one thing, its longest texts cut if it is too big. */
export function fitObject(object: JsonObject, assemble: (object: JsonObject) => JsonObject): JsonObject {
  const whole = assemble(object);
  if (byteLength(whole) <= mostAnswerBytes) return whole;
  const { value, truncated } = shorten(object, mostAnswerBytes - reserveBytes, '');
  return withTruncated(assemble(value as JsonObject), truncated);
}

function fitFrame(frame: JsonObject): { frame: JsonObject; truncated: TruncatedField[] } {
  if (byteLength(frame) <= mostAnswerBytes / 4) return { frame, truncated: [] };
  const { value, truncated } = shorten(frame, mostAnswerBytes / 4, '');
  return { frame: value as JsonObject, truncated };
}

function rowsThatFit(rows: readonly unknown[], room: number): { count: number; bytes: number } {
  let bytes = 0;
  let count = 0;
  for (const row of rows) {
    const next = bytes + byteLength(row) + 1;
    if (next > room) break;
    bytes = next;
    count += 1;
  }
  return { count, bytes };
}

function withTruncated(answer: JsonObject, truncated: readonly TruncatedField[]): JsonObject {
  return truncated.length === 0 ? answer : { ...answer, truncatedFields: truncated };
}
