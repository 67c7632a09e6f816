import { createHash } from 'node:crypto';
import { canonicalJson } from '../json/canonical-json.ts';
import { isJsonObject, type JsonObject } from '../json/json-object.ts';
import { SmartleadError } from '../smartlead/smartlead-error.ts';

/** Where a list goes on. Which of these are set depends on how Smartlead pages that list. */
export interface Position {
  /** Rows before the page. */
  offset?: number;
  /** Smartlead's own cursor of the page. */
  scroll?: string;
  /** Rows of the page that have been delivered already. */
  skip?: number;
  /** Length that the page must have again, so that `skip` counts the same rows. */
  limit?: number;
  /** Tells how the page before began, to notice a list that does not go on. */
  previous?: string;
  /** Rows delivered since the first page, where `previous` is set. */
  delivered?: number;
}

const version = 1;
const longestCursor = 16_384;

/** Text that is equal for equal calls: the operation and its arguments, whatever order they were written in. */
export function fingerprint(operationId: string, callArguments: Readonly<JsonObject>): string {
  const text = canonicalJson([operationId, callArguments]);
  return createHash('sha256').update(text).digest('base64url').slice(0, 12);
}

/** Writes a position as the opaque text a client hands back with the same call. */
export function writeCursor(position: Position, callFingerprint: string): string {
  const { offset: o, scroll: c, skip: s, limit: l, previous: p, delivered: d } = position;
  return Buffer.from(JSON.stringify({ v: version, f: callFingerprint, o, c, s, l, p, d })).toString('base64url');
}

/**
 * Reads a cursor back.
 * @throws SmartleadError `invalid_arguments` for what is no cursor, and for one that another call answered.
 */
export function readCursor(cursor: unknown, callFingerprint: string): Position {
  const fields = typeof cursor === 'string' ? parse(cursor) : undefined;
  if (fields === undefined) {
    throw refused(
      'is not one of this server’s; give nextCursor of the answer before as it was, or leave cursor out for the first page',
    );
  }
  if (fields.f !== callFingerprint) {
    throw refused('belongs to a call with other arguments; repeat that call’s arguments, or leave cursor out for the first page');
  }
  const { o: offset, c: scroll, s: skip, l: limit, p: previous, d: delivered } = fields;
  return {
    ...(typeof offset === 'number' ? { offset } : {}),
    ...(typeof scroll === 'string' ? { scroll } : {}),
    ...(typeof skip === 'number' ? { skip } : {}),
    ...(typeof limit === 'number' ? { limit } : {}),
    ...(typeof previous === 'string' ? { previous } : {}),
    ...(typeof delivered === 'number' ? { delivered } : {}),
  };
}

function parse(cursor: string): JsonObject | undefined {
  if (cursor.length > longestCursor || !/^[\w-]+$/.test(cursor)) return undefined;
  try {
    const fields: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return isJsonObject(fields) && isWellFormed(fields) ? fields : undefined;
  } catch {
    return undefined;
  }
}

function isWellFormed({ v, f, o, c, s, l, p, d, ...others }: JsonObject): boolean {
  return (
    v === version &&
    typeof f === 'string' &&
    [o, s, l, d].every((count) => count === undefined || (Number.isSafeInteger(count) && (count as number) >= 0)) &&
    [c, p].every((text) => text === undefined || typeof text === 'string') &&
    Object.keys(others).length === 0
  );
}

/** The error for a cursor that cannot be used. */
export function refused(reason: string): SmartleadError {
  return new SmartleadError('invalid_arguments', `The cursor ${reason}.`, { issues: [{ path: 'cursor', message: reason }] });
}
