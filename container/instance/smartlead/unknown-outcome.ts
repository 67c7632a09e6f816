import type { Operation } from '../catalogue/operation.ts';
import type { IncomingAnswer } from './incoming-answer.ts';
import { SmartleadError } from './smartlead-error.ts';
import { verifyingRead } from './verifying-reads.ts';

type Arguments = Readonly<Record<string, unknown>>;

/**
 * What the failure of a write means. Where the request may have been carried out, nobody can say whether it was, and sending it again
 * could send mail twice; so the error says that, and which read tells.
 * @param answer What Smartlead answered, where it did.
 */
export function failureOfWrite(
  operation: Operation,
  callArguments: Arguments,
  error: SmartleadError,
  answer: IncomingAnswer | undefined,
): SmartleadError {
  if (isUnknown(error, answer)) return unknownOutcome(operation, callArguments, error.message, error);
  if (error.code !== 'smartlead_failed') return error;
  const verify = verifyingRead(operation, callArguments);
  return new SmartleadError('smartlead_failed', error.message, {
    ...(error.status === undefined ? {} : { status: error.status }),
    ...(verify === undefined ? {} : { verify }),
    nextStep:
      `Check the arguments: Smartlead answers so for some wrong ids too. If they are right, it may have been done all the same: ${look(operation, callArguments)}.` +
      (operation.idempotent ? '' : ' The same call is not sent again within ten minutes unless it has repeat: true.'),
    cause: error,
  });
}

/** How the message of every write ends whose outcome nobody knows. */
const doubt = 'The request was sent, so it may have been carried out or not.';

/** The error for a write whose outcome nobody knows. @param why One or more sentences; they may hold the message of such an error. */
export function unknownOutcome(operation: Operation, callArguments: Arguments, why: string, cause?: unknown): SmartleadError {
  const verify = verifyingRead(operation, callArguments);
  return new SmartleadError('outcome_unknown', why.endsWith(doubt) ? why : `${why} ${doubt}`, {
    ...(verify === undefined ? {} : { verify }),
    nextStep: `Find out first: ${look(operation, callArguments)}. If it was not done, make the same call again${operation.idempotent ? '' : ' with repeat: true'}.`,
    cause,
  });
}

/** The verifying read in words. */
export function look(operation: Operation, callArguments: Arguments): string {
  const verify = verifyingRead(operation, callArguments);
  if (verify === undefined) return 'look at the present state';
  return `call ${verify.tool} with ${JSON.stringify(verify.arguments)} and look for ${verify.lookFor}`;
}

function isUnknown(error: SmartleadError, answer: IncomingAnswer | undefined): boolean {
  if (answer === undefined) return error.requestLeft === true;
  const { status } = answer;
  if (status >= 200 && status <= 299) return error.code === 'smartlead_unexpected_answer';
  // A proxy in front of Smartlead speaks for itself; Smartlead’s own refusals are 500 and JSON.
  if (status >= 500) return status !== 500 || !/^\s*[{[]/.test(answer.text);
  return false;
}
