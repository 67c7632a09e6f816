/**
 * Failures a caller of the REST API can meet. `type` is stable and part of the contract (RFC 9457); the title says what happened,
 * `detail` what to do. Keep this list and the table in docs/errors.md equal.
 */
export const problems = {
  'invalid-input': { status: 400, title: 'Some fields are not valid' },
  'malformed-json': { status: 400, title: 'The body is not valid JSON' },
  'unsupported-media-type': { status: 415, title: 'The body must be application/json' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'not-signed-in': { status: 401, title: 'Sign in first' },
  'token-expired': { status: 401, title: 'The access token has expired' },
  'wrong-credentials': { status: 401, title: 'E-mail or password is wrong' },
  'not-allowed': { status: 403, title: 'Your role does not allow this' },
  'sign-ups-closed': { status: 403, title: 'Sign-ups are closed' },
  'not-found': { status: 404, title: 'Not found' },
  'method-not-allowed': { status: 405, title: 'Method not allowed here' },
  'already-exists': { status: 409, title: 'It exists already' },
  'limit-reached': { status: 409, title: 'A limit is reached' },
  'in-use': { status: 409, title: 'It is still in use' },
  conflict: { status: 409, title: 'The present state does not allow this' },
  'idempotency-key-reused': { status: 422, title: 'This Idempotency-Key was used with another request' },
  'idempotency-in-progress': { status: 409, title: 'The first request with this Idempotency-Key is still running' },
  'idempotency-answer-lost': {
    status: 409,
    title: 'The first request with this Idempotency-Key succeeded, and its answer cannot be shown again',
  },
  'smartlead-key-refused': { status: 422, title: 'Smartlead refused this API key' },
  'smartlead-unreachable': { status: 502, title: 'Smartlead could not be reached' },
  'rate-limited': { status: 429, title: 'Too many requests' },
  'not-available': { status: 503, title: 'Not available at the moment' },
  'internal-error': { status: 500, title: 'Something went wrong on our side' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemType = keyof typeof problems;

export interface FieldError {
  /** Path of the field, such as `name` or `settings.size`; empty for the whole body. */
  path: string;
  message: string;
}

export interface ProblemOptions {
  detail?: string;
  errors?: FieldError[];
  /** Seconds after which the same request may succeed; becomes the Retry-After header. */
  retryAfter?: number;
  cause?: unknown;
}

/** A failure that the caller is told about. Its text is safe to show: never put a secret or foreign text into `detail`. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly type: ProblemType;
  readonly status: number;
  readonly detail: string | undefined;
  readonly errors: FieldError[] | undefined;
  readonly retryAfter: number | undefined;

  constructor(type: ProblemType, options: ProblemOptions = {}) {
    super(options.detail ?? problems[type].title, options.cause === undefined ? undefined : { cause: options.cause });
    this.type = type;
    this.status = problems[type].status;
    this.detail = options.detail;
    this.errors = options.errors;
    this.retryAfter = options.retryAfter;
  }
}

/** The `application/problem+json` body of a problem. */
export function problemBody(problem: ProblemError, instance?: string) {
  return {
    type: `urn:smartlead-mcp:problem:${problem.type}`,
    title: problems[problem.type].title,
    status: problem.status,
    ...(problem.detail === undefined ? {} : { detail: problem.detail }),
    ...(instance === undefined ? {} : { instance }),
    ...(problem.errors === undefined ? {} : { errors: problem.errors }),
    ...(problem.retryAfter === undefined ? {} : { retryAfter: problem.retryAfter }),
  };
}
