import type { AdmittedRequest } from '../admitted-request.ts';
import type { HandshakeParams } from '../sessions/session-record.ts';

/** By what a client that comes back without naming its session is known again. */
export interface ClientTraits {
  tokenHash: string;
  /** Empty where it sends none. */
  userAgent: string;
  /** Network address of its connection, which can be that of a proxy. */
  address: string;
  /** As its header says; a client that has not negotiated any yet sends none. */
  protocolVersion: string | undefined;
}

const maxUserAgentLength = 200;
const maxVersionLength = 40;

export function traitsOf({ request, token }: AdmittedRequest): ClientTraits {
  const version = request.headers['mcp-protocol-version'];
  return {
    tokenHash: token.hash,
    userAgent: (request.headers['user-agent'] ?? '').slice(0, maxUserAgentLength),
    address: request.socket.remoteAddress ?? '',
    protocolVersion: typeof version === 'string' && version !== '' ? version.slice(0, maxVersionLength) : undefined,
  };
}

/** A handshake for a client that has made its own at another router, as far as it can be told from what it sends now. */
export function likelyHandshake(protocolVersion: string, userAgent: string): HandshakeParams {
  return {
    protocolVersion,
    capabilities: {},
    clientInfo: { name: userAgent === '' ? 'unknown' : userAgent, version: 'unknown' },
  };
}
