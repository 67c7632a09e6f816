import type { AdmittedRequest } from '../admitted-request.ts';
import type { OpenExchange } from '../open-exchanges.ts';
import type { RouterServices } from '../router-services.ts';
import { PostExchange } from './post-exchange.ts';
import { mayStayQuiet, QuietPost } from './quiet-post.ts';
import { SessionEnd } from './session-end.ts';
import { StandingStream } from './standing-stream.ts';

/** A client's request at `/mcp`, ready to be started. */
export type McpExchange = Pick<OpenExchange, 'token' | 'sessionId' | 'cancel'> & {
  /** Begins. From now on it takes care of the response, whatever becomes of it. */
  start(): void;
};

/** @param body That of a POST, otherwise `null`. */
export function createMcpExchange(services: RouterServices, admitted: AdmittedRequest, body: Buffer | null): McpExchange {
  const { method, rpc } = admitted;
  if (method === 'DELETE') return new SessionEnd(services, admitted);
  if (body === null || rpc === undefined) return new StandingStream(services, admitted, null);
  if (rpc.isListening) return new StandingStream(services, admitted, body);
  const exchange = new PostExchange(services, admitted, rpc, body);
  return mayStayQuiet(admitted, rpc, body) ? new QuietPost(services, admitted, rpc, exchange) : exchange;
}
