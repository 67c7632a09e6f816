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

/** Milliseconds. */
export interface TimeLimits {
  /** For one answer of a usual operation. */
  answerMs: number;
  /** For one answer of a slow operation. */
  slowAnswerMs: number;
  /** What a call may spend beyond one answer: waiting for its turn, and repeating a read. */
  beyondOneAnswerMs: number;
}

/** Usual calls so stay below the 60 s that n8n waits for a tool. */
export const usualTimeLimits: TimeLimits = { answerMs: 30_000, slowAnswerMs: 60_000, beyondOneAnswerMs: 15_000 };

/** Milliseconds Smartlead has for one answer. */
export function answerTimeLimit(
  operation: Operation,
  callArguments: Readonly<Record<string, unknown>>,
  { answerMs, slowAnswerMs }: TimeLimits = usualTimeLimits,
): number {
  return slowOperations.has(operation.id) || callArguments.fetch_message_history === true ? slowAnswerMs : answerMs;
}

/** Milliseconds a whole call may take, with waiting and repeating. */
export function callTimeLimit(
  operation: Operation,
  callArguments: Readonly<Record<string, unknown>>,
  limits: TimeLimits = usualTimeLimits,
): number {
  return answerTimeLimit(operation, callArguments, limits) + limits.beyondOneAnswerMs;
}
