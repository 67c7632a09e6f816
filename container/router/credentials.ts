import type { IncomingHttpHeaders } from 'node:http';
import { bearerTokenPrefixes } from '../../core/bearer-token.ts';
import { type Refusal, refusals } from './refusal.ts';

const bearerScheme = /^bearer +/i;
const secretParameters = new Set([
  'access_token',
  'api-key',
  'api_key',
  'apikey',
  'auth',
  'authorization',
  'bearer',
  'key',
  'mcp_token',
  'token',
  'x-api-key',
]);

/**
 * The token a client presents, as `Authorization: Bearer` or as `X-API-Key`. `undefined` where it presents none, a refusal where it
 * presents two: nobody should have to guess which one counts.
 */
export function presentedToken(headers: IncomingHttpHeaders): string | undefined | Refusal {
  const { authorization } = headers;
  const scheme = authorization === undefined ? null : bearerScheme.exec(authorization);
  const bearer = scheme === null ? undefined : authorization?.slice(scheme[0].length).trim();
  const header = headers['x-api-key'];
  if (typeof header !== 'string' || header === '') return bearer;
  const apiKey = header.trim();
  return bearer === undefined || bearer === apiKey ? apiKey : refusals.credentialsDiffer;
}

/** Whether a query carries what looks like a credential. URLs end up in logs and browser histories, so these are refused. */
export function carriesCredential(query: URLSearchParams): boolean {
  for (const [name, value] of query) {
    if (secretParameters.has(name.toLowerCase())) return true;
    for (const prefix of Object.values(bearerTokenPrefixes)) if (value.includes(`${prefix}_`)) return true;
  }
  return false;
}
