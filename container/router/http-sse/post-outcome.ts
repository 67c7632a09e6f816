/** 401 and 403: the route is older than the process. 404: the process does not know the session. 503: it is going away. */
export function isTurnedAway(status: number): boolean {
  return status === 401 || status === 403 || status === 404 || status === 503;
}

/** The error of a JSON-RPC response, as JSON. */
export function errorOf(body: Buffer): string | undefined {
  try {
    const { error } = JSON.parse(body.toString('utf8')) as { error?: unknown };
    return typeof error === 'object' && error !== null ? JSON.stringify(error) : undefined;
  } catch {
    return undefined;
  }
}
