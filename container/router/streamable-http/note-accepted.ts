import type { IncomingHttpHeaders } from 'node:http';
import type { AdmittedRequest } from '../admitted-request.ts';
import { whenReady } from '../maybe-promise.ts';
import type { RouteTarget } from '../ports.ts';
import type { RouterServices } from '../router-services.ts';
import type { RpcRequest } from '../rpc-request.ts';
import { incarnationOf, type SessionRecord } from '../sessions/session-record.ts';
import { recordChanges } from '../sessions/session-recorder.ts';

/** Notes what it means for the session that a process accepted a POST: that it began, changed or lives in this process. */
export function noteAccepted(
  services: RouterServices,
  admitted: AdmittedRequest,
  rpc: RpcRequest,
  target: RouteTarget | undefined,
  headers: IncomingHttpHeaders,
): void {
  if (target === undefined) return;
  const incarnation = incarnationOf(target);
  if (rpc.initialize !== undefined) {
    noteHandshake(services, admitted, rpc.initialize, incarnation, headers);
    return;
  }
  const { session } = admitted;
  if (session === undefined) return;
  let isChanged = session.incarnation !== incarnation;
  if (isChanged) session.incarnation = incarnation;
  if (rpc.sessionChanges.length > 0 && recordChanges(session, rpc.sessionChanges)) isChanged = true;
  if (isChanged) keepSession(services, admitted, session);
}

function noteHandshake(
  services: RouterServices,
  admitted: AdmittedRequest,
  { clientName, params }: NonNullable<RpcRequest['initialize']>,
  incarnation: string,
  headers: IncomingHttpHeaders,
): void {
  const { id: tokenId, instanceId, workspaceId } = admitted.token;
  services.events.clientConnected({ instanceId, workspaceId, tokenId, ...(clientName === undefined ? {} : { clientName }) });
  // An instance that knows no sessions names none.
  const id = headers['mcp-session-id'];
  if (typeof id !== 'string') return;
  const record: SessionRecord = {
    id,
    instanceId,
    workspaceId,
    transport: 'streamable-http',
    createdAt: Date.now(),
    handshake: params,
    initialized: false,
    incarnation,
  };
  keepSession(services, admitted, record);
}

/** Keeps what the record says now; where that fails, it is only reported. */
export function keepSession(
  { sessions, reportError }: RouterServices,
  { requestId }: AdmittedRequest,
  record: SessionRecord,
): void {
  whenReady(
    () => sessions.put(record),
    () => {},
    (error) => reportError(error, requestId),
  );
}
