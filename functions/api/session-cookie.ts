import { stringifySetCookie } from 'cookie';

/** Name of the cookie that carries the refresh token. */
export const refreshCookieName = 'refresh_token';

/** How long a session lives without being refreshed, in seconds. */
export const refreshLifetimeSeconds = 30 * 24 * 60 * 60;

/** `Set-Cookie` with a refresh token: out of reach for scripts, sent only by our own pages and only to `/v1/auth`. */
export function refreshCookie(publicUrl: string, refreshToken: string): string {
  return cookie(publicUrl, refreshToken, refreshLifetimeSeconds);
}

/** `Set-Cookie` that removes the refresh token from the browser. */
export function clearedRefreshCookie(publicUrl: string): string {
  return cookie(publicUrl, '', 0);
}

function cookie(publicUrl: string, value: string, maxAge: number): string {
  const secure = publicUrl.startsWith('https:');
  return stringifySetCookie({
    name: refreshCookieName,
    value,
    path: '/v1/auth',
    maxAge,
    httpOnly: true,
    sameSite: 'strict',
    secure,
  });
}
