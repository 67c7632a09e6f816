interface ErrorKind {
  /** Whether the same call, unchanged, may succeed later. */
  retryable: boolean;
  /** What the caller can do about it, in words a model or a person can act on. */
  nextStep: string;
}

/**
 * Everything that can go wrong with a tool call, by its stable code. The codes appear in results, logs and metrics, so they are part
 * of the product's contract.
 */
export const errorKinds = {
  invalid_arguments: {
    retryable: false,
    nextStep: 'Correct the named arguments and call the tool again.',
  },
  not_allowed: {
    retryable: false,
    nextStep:
      'Tell the user which setting to change. Only they can: an owner of the instance in the dashboard, or whoever starts it with the ' +
      'command line. Do not look for another way to the same end.',
  },
  confirmation_required: {
    retryable: false,
    nextStep:
      'Nothing was sent. Tell the user what will happen, and once they agree call again with the same arguments and `confirm` set to ' +
      'exactly the given text.',
  },
  declined: {
    retryable: false,
    nextStep: 'The user was asked and said no. Nothing was sent. Do not ask again unless they want it.',
  },
  outcome_unknown: {
    retryable: false,
    nextStep: 'It may or may not have been done. Look before you do anything else; do not simply call again.',
  },
  smartlead_key_refused: {
    retryable: false,
    nextStep:
      'Tell the user that the Smartlead API key is wrong or was revoked; a current one is in Smartlead under Settings, API Keys.',
  },
  smartlead_forbidden: {
    retryable: false,
    nextStep:
      'The API key has no access to this. Check that it belongs to this workspace and that the Smartlead plan includes the feature.',
  },
  smartlead_not_found: {
    retryable: false,
    nextStep: 'Check the id with a listing tool. A lead id and a lead map id (campaign_lead_map_id) are different numbers.',
  },
  smartlead_invalid_request: {
    retryable: false,
    nextStep: 'Read the message, correct the arguments and call again.',
  },
  smartlead_conflict: {
    retryable: false,
    nextStep: 'Read the present state first, then decide whether the change is still needed.',
  },
  smartlead_refused: {
    retryable: false,
    nextStep: 'Smartlead understood the call and declined it. Act on the message; the same call will be declined again.',
  },
  smartlead_rate_limited: {
    retryable: true,
    nextStep: 'Wait for retryAfter seconds, then call again. The limit is shared by everything that uses this API key.',
  },
  rate_limit_queue_full: {
    retryable: true,
    nextStep: 'Wait for retryAfter seconds, then call again, and make fewer calls at once.',
  },
  smartlead_failed: {
    retryable: false,
    nextStep:
      'Smartlead answers so for some wrong ids too: check the arguments. If they are right, try once more in a few minutes.',
  },
  smartlead_unavailable: {
    retryable: true,
    nextStep: 'Smartlead is down for the moment. Try again in a minute.',
  },
  smartlead_unreachable: {
    retryable: true,
    nextStep: 'Try again in a minute. If it lasts, check the network and status.smartlead.ai.',
  },
  smartlead_timeout: {
    retryable: true,
    nextStep: 'Try again, and ask for fewer rows or a shorter date range.',
  },
  smartlead_unexpected_answer: {
    retryable: true,
    nextStep: 'Try again once. If the answer stays the same, this operation has changed at Smartlead: use another tool.',
  },
  answer_too_large: {
    retryable: false,
    nextStep: 'Ask for fewer rows or a narrower filter.',
  },
  cancelled: {
    retryable: true,
    nextStep: 'Nothing to do: the caller cancelled.',
  },
  internal_error: {
    retryable: false,
    nextStep: 'This is a fault of the MCP server. Report it with the time of the call.',
  },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof errorKinds;

export interface SmartleadErrorDetails {
  /** Seconds after which the call may succeed. */
  retryAfter?: number;
  /** HTTP status of Smartlead's answer, where there was one. */
  status?: number;
  /** For `invalid_arguments`: which argument, and what is allowed. */
  issues?: ArgumentIssue[];
  /** For `not_allowed`: each setting that has to change, such as `policy: standard` or `switch: send`. */
  needs?: string[];
  /** For `confirmation_required`: the text to repeat. */
  confirm?: string;
  /** For a write that may have been done: the read that tells. */
  verify?: VerifyingRead;
  /** Whether the request began to leave before it failed, so that Smartlead may have carried it out. */
  requestLeft?: boolean;
  /** Said instead of the usual next step of the code. */
  nextStep?: string;
  cause?: unknown;
}

/** A read that shows whether a write was done. */
export interface VerifyingRead {
  /** Name of the tool to call. */
  tool: string;
  arguments: Record<string, unknown>;
  /** What there is to see if the write was done. */
  lookFor: string;
}

export interface ArgumentIssue {
  /** Path of the argument, such as `filters.campaignId[2]`; empty for the arguments as a whole. */
  path: string;
  message: string;
}

/** A call that did not succeed. Its message is safe to show: it never holds the API key or a URL with it. */
export class SmartleadError extends Error {
  override readonly name = 'SmartleadError';
  readonly code: ErrorCode;
  readonly retryAfter: number | undefined;
  readonly status: number | undefined;
  readonly issues: ArgumentIssue[] | undefined;
  readonly needs: string[] | undefined;
  readonly confirm: string | undefined;
  readonly verify: VerifyingRead | undefined;
  readonly nextStep: string | undefined;
  readonly requestLeft: boolean | undefined;

  constructor(code: ErrorCode, message: string, details: SmartleadErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.retryAfter = details.retryAfter;
    this.status = details.status;
    this.issues = details.issues;
    this.needs = details.needs;
    this.confirm = details.confirm;
    this.verify = details.verify;
    this.nextStep = details.nextStep;
    this.requestLeft = details.requestLeft;
  }
}

/** What a caller is told about a failure; the body of an `isError` result. */
export interface ErrorReport {
  code: ErrorCode;
  message: string;
  retryable: boolean;
  /** Seconds. */
  retryAfter?: number;
  nextStep: string;
  issues?: ArgumentIssue[];
  needs?: string[];
  confirm?: string;
  verify?: VerifyingRead;
}

/** Turns any thrown value into the report shown to the caller. Of unknown errors nothing is shown: their text may hold anything. */
export function errorReport(error: unknown): ErrorReport {
  const known =
    error instanceof SmartleadError ? error : new SmartleadError('internal_error', 'The MCP server failed on this call.');
  const kind = errorKinds[known.code];
  return {
    code: known.code,
    message: known.message,
    retryable: kind.retryable,
    ...(known.retryAfter === undefined ? {} : { retryAfter: known.retryAfter }),
    nextStep: known.nextStep ?? kind.nextStep,
    ...(known.issues === undefined ? {} : { issues: known.issues }),
    ...(known.needs === undefined ? {} : { needs: known.needs }),
    ...(known.confirm === undefined ? {} : { confirm: known.confirm }),
    ...(known.verify === undefined ? {} : { verify: known.verify }),
  };
}
