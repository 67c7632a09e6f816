import { TextAnswer } from './operation-handler.ts';
import type { RateLimitVerdict } from './rate-limit.ts';

/** A finished answer, ready for the wire. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

export function jsonAnswer(status: number, body: unknown): Answer {
  return { status, headers: { 'content-type': 'application/json; charset=utf-8' }, body: JSON.stringify(body) };
}

export function textAnswer(status: number, contentType: string, body: string): Answer {
  return { status, headers: { 'content-type': contentType }, body };
}

/** What an operation answered, as JSON unless it says otherwise. */
export function operationAnswer(value: unknown): Answer {
  return value instanceof TextAnswer ? textAnswer(200, value.contentType, value.text) : jsonAnswer(200, value);
}

/** The web framework's own answer where no route matches: text, not JSON. */
export function unknownRoute(method: string, path: string): Answer {
  return textAnswer(404, 'text/plain; charset=utf-8', `Cannot ${method} ${path}`);
}

/** What a proxy in front of the service answers while the service is away. */
export const proxyFailure: Answer = textAnswer(
  502,
  'text/html; charset=utf-8',
  '<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>',
);

export function rateLimitHeaders(verdict: RateLimitVerdict): Record<string, string> {
  return {
    'x-ratelimit-limit': String(verdict.limit),
    'x-ratelimit-remaining': String(verdict.remaining),
    'x-ratelimit-reset': String(Math.ceil(verdict.resetsAt / 1000)),
    ...(verdict.allowed ? {} : { 'retry-after': String(verdict.retryAfterSeconds) }),
  };
}
