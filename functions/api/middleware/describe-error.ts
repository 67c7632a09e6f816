import type { LogFields } from '../platform.ts';

/**
 * What the log may know of an unexpected error: its class, code, message and stack, with everything the caller sent cut out.
 * Messages of drivers and HTTP clients quote values and URLs, and those can hold keys.
 *
 * @param sent Texts of the request that may hold secrets: the body as sent, headers, cookies.
 */
export function describeError(error: unknown, sent: readonly (string | undefined)[]): LogFields {
  if (!(error instanceof Error)) return { error: typeof error };
  const secrets = sent.flatMap((text) => (text === undefined ? [] : piecesOf(text)));
  const redact = (text: string) => {
    let result = text;
    for (const secret of secrets) result = result.replaceAll(secret, '[redacted]');
    return result.replaceAll(/(api_key=)[^&\s"']+/giu, '$1[redacted]').replaceAll(/\b(slmcp|slapi)_\w+/gu, '$1_[redacted]');
  };
  const code = (error as { code?: unknown }).code;
  return {
    error: error.name,
    code: typeof code === 'string' || typeof code === 'number' ? code : null,
    message: redact(error.message).slice(0, 1000),
    stack: redact(error.stack ?? '').slice(0, 4000),
  };
}

/** The strings inside a text: those of a JSON body, the parts of a header or cookie. Short ones are words, not secrets. */
function piecesOf(text: string): string[] {
  const pieces: string[] = [];
  const collect = (value: unknown): void => {
    if (typeof value === 'string') pieces.push(value, value.trim());
    else if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) collect(inner);
  };
  try {
    collect(JSON.parse(text));
  } catch {
    pieces.push(...text.split(/[\s=;]+/u));
  }
  const spelled = pieces.filter((piece) => piece.length >= 6).flatMap(spellings);
  return [...new Set(spelled)].sort((a, b) => b.length - a.length);
}

/** A text as it is, and as it stands in a URL: percent-encoded, and as forms encode it. */
function spellings(text: string): string[] {
  if (!text.isWellFormed()) return [text];
  return [text, encodeURIComponent(text), encodeURI(text), new URLSearchParams([['', text]]).toString().slice(1)];
}
