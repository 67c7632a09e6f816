import type { AdmittedRequest } from '../admitted-request.ts';
import type { OpenExchange } from '../open-exchanges.ts';
import type { RouterServices } from '../router-services.ts';
import { PostExchange } from './post-exchange.ts';
import { SessionEnd } from './session-end.ts';
import { StandingStream } from './standing-stream.ts';

/** A client's request at `/mcp`, ready to be started. */
export type McpExchange = OpenExchange & {
  /** Begins. From now on it takes care of the response, whatever becomes of it. */
  start(): void;
};

/** @param body That of a POST, otherwise `null`. */
export function createMcpExchange(services: RouterServices, admitted: AdmittedRequest, body: Buffer | null): McpExchange {
  const { method, rpc } = admitted;
  if (method === 'DELETE') return new SessionEnd(services, admitted);
  if (body === null || rpc === undefined) return new StandingStream(services, admitted, null);
  return rpc.isListening ? new StandingStream(services, admitted, body) : new PostExchange(services, admitted, rpc, body);
}
