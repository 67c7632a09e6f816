import type { CallArguments } from '../catalogue/call-arguments.ts';
import { isRead } from '../catalogue/catalogue.ts';
import type { Operation } from '../catalogue/operation.ts';
import { FieldSelection } from './field-selection.ts';
import { pageOf } from './paging.ts';
import { shapeRead, shapeWrite } from './shape-answer.ts';

/** How one call is put to Smartlead, and how its answer comes back. */
export interface PreparedAnswer {
  /** The arguments Smartlead gets. */
  requestArguments: CallArguments;
  /** Turns Smartlead's answer into what the client gets. A read's answer is changed in place, a write's is not. */
  shape(value: unknown): Record<string, unknown>;
}

/**
 * Prepares a call of one operation. Reads take two arguments that Smartlead does not have: `fields`, the columns wanted, and `cursor`,
 * the `nextCursor` of the answer before.
 * @throws SmartleadError `invalid_arguments` for a cursor or fields that make no sense; nothing has been sent then.
 */
export function prepareAnswer(operation: Operation, callArguments: CallArguments): PreparedAnswer {
  if (!isRead(operation)) return { requestArguments: callArguments, shape: (value) => shapeWrite(operation, value) };
  const { fields, ...others } = callArguments;
  const selection = FieldSelection.parse(fields);
  const page = pageOf(operation, others);
  return { requestArguments: page.requestArguments, shape: (value) => shapeRead(operation, page, selection, value) };
}
