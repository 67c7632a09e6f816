import type { AdmittedRequest } from './admitted-request.ts';
import type { InstanceRequest } from './instance-connections.ts';
import { headersForInstance } from './instance-headers.ts';
import type { RouteRecord } from './ports.ts';

/** What an instance is asked on behalf of a client. Of the query only the session passes. */
export function instanceRequest(
  admitted: AdmittedRequest,
  route: RouteRecord,
  pathPrefix: string,
  body: Buffer | null,
): InstanceRequest {
  const { door, method, sessionId, request, requestId } = admitted;
  const namesSession = door === 'messages' && sessionId !== undefined;
  return {
    method,
    path: namesSession ? `/messages?sessionId=${encodeURIComponent(sessionId)}` : `/${door}`,
    headers: headersForInstance(request.headers, {
      accessToken: route.accessToken,
      prefix: pathPrefix + route.instanceId,
      requestId,
    }),
    body,
    isStream: method === 'GET',
  };
}
