import type { IncomingHttpHeaders } from 'node:http';
import { bearerTokenPrefixes } from '../../core/bearer-token.ts';

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

/** The token a client presents: `Authorization: Bearer` first, else `X-API-Key`. `undefined` where it presents none. */
export function presentedToken(headers: IncomingHttpHeaders): string | undefined {
  const authorization = headers.authorization;
  if (authorization !== undefined) {
    const scheme = bearerScheme.exec(authorization);
    if (scheme !== null) return authorization.slice(scheme[0].length).trim();
  }
  const apiKey = headers['x-api-key'];
  return typeof apiKey === 'string' && apiKey !== '' ? apiKey.trim() : undefined;
}

/** Whether a query carries what looks like a credential. URLs end up in logs and browser histories, so these are refused. */
export function carriesCredential(query: URLSearchParams): boolean {
  for (const [name, value] of query) {
    if (secretParameters.has(name.toLowerCase())) return true;
    for (const prefix of Object.values(bearerTokenPrefixes)) if (value.includes(`${prefix}_`)) return true;
  }
  return false;
}
