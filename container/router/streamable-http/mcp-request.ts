import { sessionIdHeader } from '../../../core/data-plane-headers.ts';
import type { AdmittedRequest } from '../admitted-request.ts';
import type { InstanceRequest } from '../instance-connections.ts';
import { headersForInstance } from '../instance-headers.ts';
import type { RouteTarget } from '../ports.ts';

export interface McpRequestOptions {
  method: 'GET' | 'POST' | 'DELETE';
  body: Buffer | null;
  /** The id of the session that the request opens, where it does. */
  assignedId?: string | undefined;
  /** Where a stream is to go on, `null` for from now on; what the client itself says where it is missing. */
  lastEventId?: string | null;
  /** The answer is a stream that stays open. */
  isStream: boolean;
}

/** What a process is asked at `/mcp` on behalf of a client. */
export function mcpRequest(
  { request, requestId, token }: AdmittedRequest,
  target: RouteTarget,
  pathPrefix: string,
  { method, body, assignedId, lastEventId, isStream }: McpRequestOptions,
): InstanceRequest {
  const headers = headersForInstance(request.headers, {
    accessToken: target.accessToken,
    prefix: pathPrefix + token.instanceId,
    requestId,
  });
  if (assignedId !== undefined) headers.push(sessionIdHeader, assignedId);
  if (lastEventId !== undefined) {
    const at = headers.indexOf('last-event-id');
    if (at !== -1) headers.splice(at, 2);
    if (lastEventId !== null) headers.push('last-event-id', lastEventId);
  }
  return { method, path: '/mcp', headers, body, isStream };
}
