import { isJsonObject, type JsonObject } from '../json/json-object.ts';

/** Smartlead nests its envelopes, as in `{ok, data: {success, message, data: {replies}}}`. */
const mostEnvelopes = 3;

export interface Unwrapped {
  content: unknown;
  /** The sentence of the innermost envelope that had one. */
  message?: string;
}

/**
 * Takes what an answer says out of `{ok: true, data}`, `{success: true, message, data}` and `{data}`. An object that says anything
 * else beside its data is no envelope and stays whole.
 */
export function unwrapEnvelope(body: unknown): Unwrapped {
  let content = body;
  let message: string | undefined;
  for (let depth = 0; depth < mostEnvelopes && isEnvelope(content); depth += 1) {
    if (typeof content.message === 'string' && content.message !== '') message = content.message;
    content = content.data;
  }
  return { content, ...(message === undefined ? {} : { message }) };
}

function isEnvelope(body: unknown): body is JsonObject {
  if (!isJsonObject(body) || typeof body.data !== 'object' || body.data === null) return false;
  return Object.entries(body).every(([name, value]) => name === 'data' || saysOnlySuccess(name, value));
}

/** Whether a field beside an answer's data says nothing but that the call went well. */
export function saysOnlySuccess(name: string, value: unknown): boolean {
  switch (name) {
    case 'ok':
    case 'success':
      return value === true;
    case 'message':
      return typeof value === 'string';
    case 'status':
      return value === 'success' || value === 'ok';
    default:
      return false;
  }
}
