import type { CallArguments } from '../catalogue/call-arguments.ts';
import type { Operation } from '../catalogue/operation.ts';
import { fingerprint, readCursor, refused, writeCursor } from './cursor.ts';
import { type AnsweredPage, type PagingStyle, pagingStyle } from './paging-styles.ts';

/** One page of a list: what to ask Smartlead for, and where to go on afterwards. */
export interface Page {
  /** The arguments with which Smartlead answers this page. */
  readonly requestArguments: CallArguments;
  /** Opens the answer, which must be as it came. */
  open(answer: AnsweredPage): DeliverablePage;
}

export interface DeliverablePage {
  /** Rows at the start of the answer that were delivered before. */
  readonly skip: number;
  /**
   * The cursor of the rows that follow.
   * @param count Rows delivered of this answer now.
   * @param of Rows of it that were left.
   * @returns undefined after the last row.
   */
  nextCursor(count: number, of: number): string | undefined;
}

/**
 * Finds the page a call asks for: the first, the one of the catalogue's own paging arguments, or the one of a cursor.
 * @throws SmartleadError `invalid_arguments` for a cursor that does not fit the call.
 */
export function pageOf(operation: Operation, callArguments: CallArguments): Page {
  const { cursor, ...given } = callArguments;
  const style = pagingStyle(operation.pagination);
  const callFingerprint = () => fingerprint(operation.id, withoutPaging(style, given));
  // Workflow tools send an empty text for an argument that was left out.
  const isFirst = cursor === undefined || cursor === null || cursor === '';
  const position = isFirst ? style.start(given) : readCursor(cursor, callFingerprint());
  if (!isFirst) refuseSecondStart(style, given);
  return {
    requestArguments: style.requestArguments(given, position),
    open(answer) {
      const { skip, next } = style.open(given, position, answer);
      return {
        skip,
        nextCursor(count, of) {
          const following = next(count, of);
          return following === undefined ? undefined : writeCursor(following, callFingerprint());
        },
      };
    },
  };
}

/** What a call asks for, wherever in the list it is: a cursor goes on with these arguments only. */
function withoutPaging({ pageArguments }: PagingStyle, given: CallArguments): CallArguments {
  return Object.fromEntries(
    Object.entries(given).filter(([name, value]) => value !== undefined && !pageArguments.includes(name)),
  );
}

function refuseSecondStart({ startArgument }: PagingStyle, given: CallArguments): void {
  const start = startArgument === undefined ? undefined : given[startArgument];
  if (start === undefined || start === null || start === 0 || start === '') return;
  throw refused(`says where to go on, and so does ${startArgument}; give only one of them`);
}
