import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Refusal, RpcId } from './refusal.ts';
import { discardRest } from './request-body.ts';

/** A response that is still to be given, and the headers that every answer to this request carries (name and value in turn). */
export interface PendingResponse {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly commonHeaders: readonly string[];
}

/** Answers with the refusal as a JSON-RPC error. Does nothing where an answer was begun already. */
export function refuse(pending: PendingResponse, refusal: Refusal, id: RpcId | null, realm: string): void {
  const { request, response } = pending;
  if (response.headersSent || response.destroyed) return;
  const body = refusal.body(id);
  const headers = [
    ...pending.commonHeaders,
    'Content-Type',
    'application/json',
    'Content-Length',
    String(Buffer.byteLength(body)),
    'Cache-Control',
    'no-store',
  ];
  if (refusal.status === 401) headers.push('WWW-Authenticate', challenge(realm, refusal));
  if (refusal.retryAfter !== undefined) headers.push('Retry-After', String(refusal.retryAfter));
  if (refusal.allow !== undefined) headers.push('Allow', refusal.allow);
  response.writeHead(refusal.status, headers);
  response.end(body);
  discardRest(request);
}

/** Names no error where no token was sent at all, as RFC 6750, 3.1 asks. */
function challenge(realm: string, { reason, message }: Refusal): string {
  const scheme = `Bearer realm="${realm.replaceAll(/["\\]/g, '')}"`;
  return reason === 'token_missing' ? scheme : `${scheme}, error="invalid_token", error_description="${message}"`;
}
