import { createHash } from 'node:crypto';
import type { CallArguments } from '../catalogue/call-arguments.ts';
import type { Pagination } from '../catalogue/operation.ts';
import { isJsonObject } from '../json/json-object.ts';
import type { AnswerRows } from './answer-rows.ts';
import type { Position } from './cursor.ts';

/** A page as Smartlead answered it. */
export interface AnsweredPage {
  body: unknown;
  /** Missing where the answer is one text. */
  found: AnswerRows | undefined;
}

/** One page, opened at a position. */
export interface OpenedPage {
  /** Rows at its start that were delivered before. */
  skip: number;
  /**
   * Where to go on.
   * @param count Rows delivered of the page now.
   * @param of Rows of the page that were left.
   * @returns undefined after the last row.
   */
  next(count: number, of: number): Position | undefined;
}

/** One way in which lists come in pages. */
export interface PagingStyle {
  /** Smartlead's own argument for where a page starts. */
  readonly startArgument?: string;
  /** Smartlead's own arguments that say which page, and how long a one. */
  readonly pageArguments: readonly string[];
  start(given: CallArguments): Position;
  requestArguments(given: CallArguments, position: Position): CallArguments;
  open(given: CallArguments, position: Position, page: AnsweredPage): OpenedPage;
}

export function pagingStyle(pagination: Pagination | undefined): PagingStyle {
  if (pagination === undefined) return wholeLists;
  return pagination.style === 'cursor' ? scrolling(pagination) : counting(pagination);
}

/** Smartlead answers everything at once: the same answer is asked for again, and what was delivered of it is skipped. */
const wholeLists: PagingStyle = {
  pageArguments: [],
  start: () => ({}),
  requestArguments: (given) => given,
  open(_given, { skip = 0 }) {
    return { skip, next: (count, of) => (count < of ? { skip: skip + count } : undefined) };
  },
};

/** A page starts where Smartlead's own cursor says, and can only be had as a whole. */
function scrolling(pagination: Extract<Pagination, { style: 'cursor' }>): PagingStyle {
  return {
    startArgument: pagination.cursor,
    pageArguments: [pagination.cursor, pagination.limit],
    start(given) {
      const scroll = given[pagination.cursor];
      return typeof scroll === 'string' ? { scroll } : {};
    },
    requestArguments: (given, { scroll, limit }) => ({
      ...given,
      ...(limit === undefined ? {} : { [pagination.limit]: limit }),
      ...(scroll === undefined ? {} : { [pagination.cursor]: scroll }),
    }),
    open(given, { scroll, skip = 0, limit = askedLimit(pagination, given) }, { body, found }) {
      const nextScroll = valueAt(body, pagination.cursor_from);
      return {
        skip,
        next(count, of) {
          if (count < of) {
            const samePage = { ...(scroll === undefined ? {} : { scroll }), ...(limit === undefined ? {} : { limit }) };
            return { ...samePage, skip: skip + count };
          }
          const isLast = found === undefined || found.rows.length === 0 || typeof nextScroll !== 'string' || nextScroll === '';
          return isLast ? undefined : { scroll: nextScroll };
        },
      };
    },
  };
}

/** A page starts after so many rows. */
function counting(pagination: Extract<Pagination, { style: 'offset-limit' }>): PagingStyle {
  return {
    startArgument: pagination.offset,
    pageArguments: [pagination.offset, pagination.limit],
    start(given) {
      const offset = given[pagination.offset];
      return typeof offset === 'number' ? { offset } : {};
    },
    requestArguments: (given, { offset }) => ({ ...given, ...(offset === undefined ? {} : { [pagination.offset]: offset }) }),
    open(given, { offset = 0, delivered = 0, previous }, { found }) {
      if (found === undefined) return { skip: 0, next: () => undefined };
      const knowsItsEnd = found.total !== undefined || found.hasMore !== undefined;
      // Taken now, because the rows are rewritten before the cursor is.
      const start = knowsItsEnd ? undefined : startOfPage(found.rows);
      // The same rows under another offset: Smartlead pays no heed to paging here (as with `full_data`), and these are all there are.
      const isWholeList = previous !== undefined && start === previous;
      return {
        skip: isWholeList ? delivered : 0,
        next(count, of) {
          const pageSize = found.pageSize ?? askedLimit(pagination, given) ?? pagination.default_limit;
          if (count === of && (isWholeList || !hasMore(found, offset + count, pageSize))) return undefined;
          return { offset: offset + count, ...(start === undefined ? {} : { previous: start, delivered: delivered + count }) };
        },
      };
    },
  };
}

/**
 * Whether rows follow after the first `end`. Where the answer does not say, a full page means yes: at worst the page after it is
 * empty. Where not even the length of a page is known, all usual ones are multiples of five.
 */
function hasMore({ rows, total, hasMore: told }: AnswerRows, end: number, pageSize: number | undefined): boolean {
  if (rows.length === 0) return false;
  if (told !== undefined) return told;
  // A total below what has been seen counts something else.
  if (total !== undefined && total >= end) return total > end;
  return pageSize === undefined ? rows.length % 5 === 0 : rows.length >= pageSize;
}

const rowsThatTellPages = 5;

function startOfPage(rows: readonly unknown[]): string {
  return createHash('sha256')
    .update(JSON.stringify(rows.slice(0, rowsThatTellPages)))
    .digest('base64url')
    .slice(0, 8);
}

function askedLimit(pagination: Pagination, given: CallArguments): number | undefined {
  const limit = given[pagination.limit];
  return typeof limit === 'number' ? limit : undefined;
}

function valueAt(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((inner, name) => (isJsonObject(inner) ? inner[name] : undefined), value);
}
