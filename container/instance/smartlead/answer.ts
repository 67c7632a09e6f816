import { refusesKey } from '../../../core/smartlead-key-refusal.ts';
import { isRead } from '../catalogue/catalogue.ts';
import type { Operation } from '../catalogue/operation.ts';
import { isJsonObject } from '../json/json-object.ts';
import { isNestedDeeper } from '../json/nesting-depth.ts';
import { chooseErrorMessage } from './error-message.ts';
import type { IncomingAnswer } from './incoming-answer.ts';
import { mayHoldSecrets, removeSecrets } from './secret-removal.ts';
import { type ErrorCode, SmartleadError } from './smartlead-error.ts';

/** An answer that is not JSON. */
export interface TextAnswer {
  contentType: string;
  text: string;
}

/**
 * Turns an answer into its value, or into the error it stands for. Smartlead reports failures in a dozen shapes, some of them with
 * HTTP 200, so a status alone decides nothing.
 * @param redact Takes the API key out of text.
 * @returns Parsed JSON without credentials; `{result: 'success'}` for a bare word; `{contentType, text}` for CSV and other text; `{}` for a write without a body.
 * @throws SmartleadError
 */
export function interpretAnswer(operation: Operation, answer: IncomingAnswer, redact: (text: string) => string): unknown {
  const text = redact(answer.text).trim();
  // Cleaned as soon as it is read, so that neither an answer nor an error message can carry a credential.
  const parsed = parseJson(text);
  if (text.length > 2 * mostLevels && isNestedDeeper(parsed, mostLevels)) throw tooDeep(answer);
  const body = mayHoldSecrets(text)
    ? removeSecrets(parsed, redact, handsOutClientKeys(operation) ? 'handed-out' : 'masked')
    : parsed;
  if (answer.status < 200 || answer.status > 299) throw failureOfStatus(answer, body, text);
  if (body === undefined) return interpretText(operation, { ...answer, text: redact(answer.text) }, text);
  if (isFailureReport(body)) {
    const code = refusesKey(answer.status, body) ? 'smartlead_key_refused' : 'smartlead_refused';
    throw new SmartleadError(code, `Smartlead declined: ${chooseErrorMessage(body, text)}`, {
      status: answer.status,
    });
  }
  if (isEmptyAnswer(body, operation) && namesOneThing(operation)) throw nothingFound(answer.status);
  if (typeof body === 'string' || typeof body === 'boolean') return { result: body };
  return body === null ? {} : body;
}

/** Levels of lists and objects that an answer may have. The deepest real ones have a dozen. */
const mostLevels = 100;

function tooDeep({ status }: IncomingAnswer): SmartleadError {
  const code = status < 200 || status > 299 ? codeOfStatus(status) : 'smartlead_unexpected_answer';
  return new SmartleadError(code, `Smartlead answered ${status} with data more than ${mostLevels} levels deep.`, { status });
}

function interpretText(operation: Operation, answer: IncomingAnswer, text: string): unknown {
  if (text === '') {
    if (namesOneThing(operation)) throw nothingFound(answer.status);
    // A list without rows is `[]` or an envelope. Nothing at all is an answer that got lost, and must not pass for an empty list.
    if (isRead(operation)) throw emptyRead(answer.status);
    return {};
  }
  // Frameworks send a bare word as text/html, so the text decides before its declared type does.
  if (/^[a-z]+$/i.test(text)) return { result: text };
  const contentType = mediaType(answer);
  const brokenJson = contentType.endsWith('json') || text.startsWith('{') || text.startsWith('[');
  if (brokenJson || text.startsWith('<')) {
    const what = brokenJson ? 'broken JSON' : 'a web page instead of data';
    throw new SmartleadError('smartlead_unexpected_answer', `Smartlead answered with ${what}.`, { status: answer.status });
  }
  return { contentType: contentType === '' ? 'text/plain' : contentType, text: answer.text } satisfies TextAnswer;
}

function emptyRead(status: number): SmartleadError {
  const message = `Smartlead answered ${status} without any content, so what was asked for is not known.`;
  return new SmartleadError('smartlead_unexpected_answer', message, { status });
}

function failureOfStatus(answer: IncomingAnswer, body: unknown, text: string): SmartleadError {
  const { status } = answer;
  const code = refusesKey(status, body) ? 'smartlead_key_refused' : codeOfStatus(status);
  const said = chooseErrorMessage(body, text);
  const retryAfter =
    code === 'smartlead_rate_limited' || code === 'smartlead_unavailable' ? retrySeconds(answer, body) : undefined;
  return new SmartleadError(
    code,
    said === '' ? `Smartlead answered with HTTP ${status}.` : `Smartlead answered ${status}: ${said}`,
    {
      status,
      ...(retryAfter === undefined ? {} : { retryAfter }),
    },
  );
}

function codeOfStatus(status: number): ErrorCode {
  if (status === 403) return 'smartlead_forbidden';
  if (status === 404 || status === 410) return 'smartlead_not_found';
  if (status === 409) return 'smartlead_conflict';
  if (status === 429) return 'smartlead_rate_limited';
  if (status === 502 || status === 503 || status === 504) return 'smartlead_unavailable';
  if (status >= 500) return 'smartlead_failed';
  return status >= 400 ? 'smartlead_invalid_request' : 'smartlead_unexpected_answer';
}

/** Seconds to wait: the header (seconds or a date), else the body of a 429. */
function retrySeconds(answer: IncomingAnswer, body: unknown): number | undefined {
  const header = answer.headers['retry-after'];
  if (typeof header === 'string' && header.trim() !== '') {
    const seconds = Number(header);
    if (Number.isFinite(seconds)) return Math.max(0, Math.ceil(seconds));
    const date = Date.parse(header);
    if (!Number.isNaN(date)) return Math.max(0, Math.ceil((date - Date.now()) / 1000));
  }
  const error = isJsonObject(body) && isJsonObject(body.error) ? body.error : undefined;
  return typeof error?.retry_after === 'number' && error.retry_after >= 0 ? Math.ceil(error.retry_after) : undefined;
}

/** Whether a body with a good status reports a failure all the same. */
function isFailureReport(body: unknown): boolean {
  if (!isJsonObject(body)) return false;
  if (body.success === false || body.ok === false) return true;
  if (body.status === 'error' && (typeof body.message === 'string' || typeof body.error === 'string')) return true;
  const hasError = typeof body.error === 'string' || isJsonObject(body.error);
  return hasError && Object.keys(body).every((name) => errorFields.has(name));
}

const errorFields = new Set([
  'error',
  'message',
  'statusCode',
  'status',
  'field',
  'provided_value',
  'provided_count',
  'max_allowed',
]);

/** Keys of clients are what these operations are for; the policy's switch `secrets` decides whether they may be called at all. */
function handsOutClientKeys({ id, effects }: Operation): boolean {
  return effects.includes('returns_secret') && id.startsWith('clients/');
}

/** Reads that name one thing outside their path. */
const lookUps: ReadonlySet<string> = new Set(['leads/get-by-email', 'inbox/reply-status', 'smart-senders/order-details']);
/** Names a campaign and asks for any number of leads, of which none may have messages. */
const bulkHistory = 'campaigns/get-leads-history-bulk';

/** Whether the operation asks for one thing by its id or address, so that an empty answer means there is no such thing. */
function namesOneThing(operation: Operation): boolean {
  if (!isRead(operation) || operation.id === bulkHistory) return false;
  return lookUps.has(operation.id) || operation.params.some(({ in: place }) => place === 'path');
}

function nothingFound(status: number): SmartleadError {
  return new SmartleadError('smartlead_not_found', 'Smartlead has nothing under this id or address.', { status });
}

function parseJson(text: string): unknown {
  // A CSV export may begin with a quote or a digit and then even be valid JSON; only these begin an answer worth parsing.
  if (!/^(?:[{[]|null$|true$|false$|"\w+"$)/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function mediaType(answer: IncomingAnswer): string {
  const header = answer.headers['content-type'];
  return (typeof header === 'string' ? header : '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

/** Whether an answer says nothing: no fields at all, or an envelope with nothing in it. */
function isEmptyAnswer(body: unknown, operation: Operation): boolean {
  if (isEmpty(body)) return true;
  if (!isJsonObject(body) || !('data' in body)) return false;
  if (!Object.keys(body).every((name) => envelopeFields.has(name))) return false;
  // One lead comes as a list of one.
  const listsOne = operation.id === 'campaigns/get-lead-by-id' && Array.isArray(body.data) && body.data.length === 0;
  return listsOne || isEmpty(body.data);
}

const envelopeFields: ReadonlySet<string> = new Set(['ok', 'success', 'message', 'data']);

function isEmpty(body: unknown): boolean {
  return body === null || (isJsonObject(body) && Object.keys(body).length === 0);
}
