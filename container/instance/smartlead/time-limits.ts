import type { Operation } from '../catalogue/operation.ts';

/** Operations that gather a lot before they answer. */
export const slowOperations: ReadonlySet<string> = new Set([
  'campaigns/delete',
  'campaigns/export-leads',
  'campaigns/get-leads-history-bulk',
  'campaigns/add-leads',
  'lead-lists/import-leads',
  'smart-prospect/search-contacts',
]);

const usualAnswerMs = 30_000;
const slowAnswerMs = 60_000;
/** What a call may spend beyond one answer: waiting for its turn, and repeating a read. Usual calls so stay below the 60 s of n8n. */
const beyondOneAnswerMs = 15_000;

/** Milliseconds Smartlead has for one answer. */
export function answerTimeLimit(operation: Operation, callArguments: Readonly<Record<string, unknown>>): number {
  return slowOperations.has(operation.id) || callArguments.fetch_message_history === true ? slowAnswerMs : usualAnswerMs;
}

/** Milliseconds a whole call may take, with waiting and repeating. */
export function callTimeLimit(operation: Operation, callArguments: Readonly<Record<string, unknown>>): number {
  return answerTimeLimit(operation, callArguments) + beyondOneAnswerMs;
}
