import type { ClientQuestion, ParkedReport } from '../sessions/parked-report.ts';
import type { SseSession } from './sse-session.ts';
import { reportRequests } from './unsettled-waits.ts';

/** A handshake that is longer is not told: one is made up for a client of whose session nobody is sure. */
const longestHandshake = 1_000;

/** Of these sessions, those that could be the client's, as its router is told of them. */
export function reportParked(client: ClientQuestion, parked: Iterable<SseSession>): ParkedReport[] {
  const now = performance.now();
  const alike = [...parked].filter(
    ({ traits }) =>
      traits.tokenHash === client.tokenHash &&
      traits.userAgent === client.userAgent &&
      (client.protocolVersion === undefined || traits.protocolVersion === client.protocolVersion),
  );
  return alike.map((session) => {
    const { id, traits, isAwaited, isDoubtful, cutAt, saidAt, handOver, record } = session;
    const { handshake } = record;
    const { address, protocolVersion } = traits;
    const isShort = handshake !== undefined && JSON.stringify(handshake).length <= longestHandshake;
    return {
      ...{ id, address, protocolVersion, isAwaited, isDoubtful, isTaken: handOver.isTaken },
      ...{ cutAgeMs: now - cutAt, saidAgeMs: now - saidAt },
      awaited: reportRequests(session.awaitedRequests()),
      unsettled: session.unsettled.report(),
      ...(isShort ? { handshake } : {}),
    };
  });
}
