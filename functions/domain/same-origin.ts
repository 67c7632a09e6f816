/**
 * Whether a request that carries cookies comes from our own pages. Browsers send `Origin` with every POST; other clients send
 * none and carry no cookies by themselves, so a missing header is fine. Behind a proxy the installation may be reached under more
 * names than its public URL, so the host that the request was sent to counts too.
 */
export function isSameOrigin(request: { origin: string | undefined; host: string | undefined; publicUrl: string }): boolean {
  if (request.origin === undefined) return true;
  const origin = URL.parse(request.origin);
  if (origin === null) return false;
  return origin.origin === URL.parse(request.publicUrl)?.origin || origin.host === request.host?.toLowerCase();
}
