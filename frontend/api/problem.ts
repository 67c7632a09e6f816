const typePrefix = 'urn:smartlead-mcp:problem:';

export interface FieldProblem {
  path: string;
  message: string;
}

/**
 * A request that did not succeed, in words that can be shown. `type` is the API's stable problem type (such as `in-use`), or one
 * of ours: `unreachable` where no answer came, `unexpected-answer` where it was not one of the API's.
 */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly type: string;
  readonly title: string;
  /** HTTP status; 0 where no answer came. */
  readonly status: number;
  readonly detail: string | undefined;
  readonly fields: readonly FieldProblem[];
  /** Seconds after which the same request may succeed. */
  readonly retryAfter: number | undefined;

  constructor(problem: {
    type: string;
    title: string;
    status: number;
    detail?: string | undefined;
    fields?: readonly FieldProblem[] | undefined;
    retryAfter?: number | undefined;
  }) {
    super(problem.detail ?? problem.title);
    this.type = problem.type;
    this.title = problem.title;
    this.status = problem.status;
    this.detail = problem.detail;
    this.fields = problem.fields ?? [];
    this.retryAfter = problem.retryAfter;
  }

  /** Whether the same request can succeed later without anything being changed. */
  get temporary(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** Reads the problem out of an answer that is not a success. */
export async function problemOf(response: Response): Promise<ApiProblem> {
  const body: unknown = response.headers.get('content-type')?.includes('json')
    ? await response.json().catch(() => undefined)
    : undefined;
  if (!isRecord(body) || typeof body.title !== 'string') {
    return new ApiProblem({
      type: response.status === 503 ? 'not-available' : 'unexpected-answer',
      title: response.status === 503 ? 'The service is not available at the moment' : 'The service gave an unexpected answer',
      status: response.status,
      detail: `It answered with HTTP status ${response.status}. Try again in a moment.`,
    });
  }
  const type = typeof body.type === 'string' ? body.type : 'about:blank';
  return new ApiProblem({
    type: type.startsWith(typePrefix) ? type.slice(typePrefix.length) : type,
    title: body.title,
    status: response.status,
    detail: typeof body.detail === 'string' ? body.detail : undefined,
    fields: Array.isArray(body.errors) ? body.errors.filter(isFieldProblem) : undefined,
    retryAfter: typeof body.retryAfter === 'number' ? body.retryAfter : undefined,
  });
}

/** The failure of a request that no answer came to. */
export function unreachableProblem(): ApiProblem {
  return new ApiProblem({
    type: 'unreachable',
    title: 'The service cannot be reached',
    status: 0,
    detail: 'Check your connection and that the service is running, then try again.',
  });
}

/** The error as a problem; anything that is not one (a fault in the dashboard) is named as such. */
export function asProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  return new ApiProblem({
    type: 'dashboard-fault',
    title: 'Something went wrong in the dashboard',
    status: -1,
    detail: error instanceof Error ? error.message : undefined,
  });
}

/** The message for one field of a form, where the problem names that field. */
export function fieldMessage(error: unknown, path: string): string | undefined {
  if (!(error instanceof ApiProblem)) return undefined;
  const messages = error.fields.filter((field) => field.path === path).map((field) => sentence(field.message));
  return messages.length === 0 ? undefined : messages.join(' ');
}

function sentence(text: string): string {
  const capitalized = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(capitalized) ? capitalized : `${capitalized}.`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isFieldProblem(value: unknown): value is FieldProblem {
  return isRecord(value) && typeof value.path === 'string' && typeof value.message === 'string';
}
