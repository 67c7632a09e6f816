import { type ErrorCode, type ErrorReport, errorReport, SmartleadError } from '../smartlead/smartlead-error.ts';

/** A write that did not succeed. */
export interface StepFailure {
  error: ErrorReport;
  /** `not_applied`: it changed nothing. `unknown`: it may have been carried out, because no clear answer came. */
  outcome: 'not_applied' | 'unknown';
}

/** Failures that leave it open: an answer that was lost or makes no sense, and a 500, which Smartlead sends for refusals and faults alike. */
const unclear: ReadonlySet<ErrorCode> = new Set([
  'outcome_unknown',
  'smartlead_failed',
  'smartlead_unexpected_answer',
  'answer_too_large',
  'internal_error',
]);

/** What is known about a write after it threw. */
export function stepFailure(error: unknown): StepFailure {
  const report = errorReport(error);
  const cancelledOnTheWay = error instanceof SmartleadError && error.code === 'cancelled' && error.requestLeft === true;
  return { error: report, outcome: cancelledOnTheWay || unclear.has(report.code) ? 'unknown' : 'not_applied' };
}
