import { isJsonObject } from '../json/json-object.ts';

const longestMessage = 400;

/**
 * Picks the sentence that says what went wrong out of an error body. Smartlead has a dozen shapes for it; the order below is the one
 * that works for all of them: text of the validator, `error` as text, `error.message`, `message`, and else the raw text.
 */
export function chooseErrorMessage(body: unknown, rawText: string): string {
  const chosen = isJsonObject(body) ? (messageOf(body) ?? messageOfFlags(body)) : undefined;
  return shorten(chosen ?? (body === undefined ? withoutMarkup(rawText) : JSON.stringify(body)));
}

function messageOf(body: Record<string, unknown>): string | undefined {
  const { error, message } = body;
  if ((body.validation !== undefined || error === 'Bad Request') && isText(message)) return message;
  if (isText(error)) return isText(body.field) && !error.includes(body.field) ? `${error} (field ${body.field})` : error;
  if (isJsonObject(error) && isText(error.message)) return error.message;
  if (isText(message)) return message;
  return undefined;
}

/** Some refusals are a flag alone, such as `{ok: false}` for an unsubscribe that changes nothing. */
function messageOfFlags(body: Record<string, unknown>): string | undefined {
  const isFlag = (value: unknown) => typeof value !== 'object' && !isText(value);
  return Object.values(body).every(isFlag)
    ? 'no reason was given; most often this means that there was nothing to change'
    : undefined;
}

/** Error pages of proxies are HTML; their text alone is worth showing. What is left open ends with the page, so each part is read once. */
function withoutMarkup(text: string): string {
  if (!text.startsWith('<') && !text.includes('</')) return text;
  return text.replace(/<(script|style)[\s\S]*?(?:<\/\1>|$)/gi, ' ').replace(/<[^<>]*>/g, ' ');
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= longestMessage ? line : `${line.slice(0, longestMessage - 1)}…`;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}
