/**
 * The code and the words with which Smartlead says that the key is wrong. Source: its authentication page and error guide, June 2026.
 * The code alone, not within a sentence: what Smartlead forwards (of a mail server, of a CRM) can be unauthorized, too.
 */
const refusal = /^unauthori[sz]ed\.?$|\b(?:invalid|missing) api key\b/i;

/**
 * Whether an answer of Smartlead says that it does not accept the API key: HTTP 401, or HTTP 200 or 403 with a JSON body that says
 * so. Other bodies with 403, such as the page of a firewall, say nothing about the key.
 * @param body Parsed JSON; `undefined` where the body was none.
 */
export function refusesKey(status: number, body: unknown): boolean {
  if (status === 401) return true;
  if (status !== 200 && status !== 403) return false;
  if (!isObject(body) || (status === 200 && !reportsFailure(body))) return false;
  const { error, code, message } = body;
  const nested = isObject(error) ? error : {};
  return [error, code, message, nested.code, nested.message].some((text) => typeof text === 'string' && refusal.test(text));
}

/** Smartlead also reports failures with status 200. */
function reportsFailure(body: Record<string, unknown>): boolean {
  return body.success === false || body.ok === false || body.status === 'error';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
