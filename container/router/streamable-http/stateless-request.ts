import type { IncomingHttpHeaders } from 'node:http';

/** From this revision on there are no sessions, and results say of what type they are. */
const firstStatelessRevision = '2026-07-28';

/** Whether the request belongs to a revision of the protocol without sessions. */
export function isStatelessRequest(headers: IncomingHttpHeaders): boolean {
  return (headers['mcp-protocol-version'] ?? '') >= firstStatelessRevision;
}
