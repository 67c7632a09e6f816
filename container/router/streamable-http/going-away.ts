import type { IncomingHttpHeaders } from 'node:http';

/**
 * Whether an answer says that the process did nothing and that another one must be asked: it refuses the router itself, because the
 * route is older than the process, or it is shutting down and closes its connections.
 */
export function isGoingAway(status: number, headers: IncomingHttpHeaders): boolean {
  return status === 401 || status === 403 || (status === 503 && headers.connection?.toString().toLowerCase() === 'close');
}
