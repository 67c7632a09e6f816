import { z } from 'zod';
import type { HealthProbe, Route } from '../ports.ts';

/** Latest revision of the protocol that opens with `initialize`; every instance speaks it in every mode, at `/mcp`. */
const protocolVersion = '2025-11-25';

const initializeRequest = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion, capabilities: {}, clientInfo: { name: 'health-probe', version: '1.0.0' } },
});

const initializeAnswerSchema = z.object({
  jsonrpc: z.literal('2.0'),
  id: z.literal(1),
  result: z.object({ protocolVersion: z.string(), serverInfo: z.object({ name: z.string() }) }),
});

type Health = Awaited<ReturnType<HealthProbe['check']>>;

/**
 * Asks an instance as a client would: opens an MCP session over Streamable HTTP and closes it again. An open port alone proves
 * nothing; this needs the event loop, the protocol and the access token to work. Reasons are in words a customer may read.
 */
export class McpHealthProbe implements HealthProbe {
  readonly #timeoutMilliseconds: number;

  constructor(options: { timeoutMilliseconds?: number } = {}) {
    this.#timeoutMilliseconds = options.timeoutMilliseconds ?? 2000;
  }

  async check(route: Route): Promise<Health> {
    const signal = AbortSignal.timeout(this.#timeoutMilliseconds);
    try {
      return await openSession(route, signal);
    } catch {
      if (!signal.aborted) return { healthy: false, reason: 'it cannot be reached.' };
      return { healthy: false, reason: `it did not answer within ${this.#timeoutMilliseconds / 1000} seconds.` };
    }
  }
}

async function openSession(route: Route, signal: AbortSignal): Promise<Health> {
  const response = await fetch(`${route.address}/mcp`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${route.accessToken}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    },
    body: initializeRequest,
    redirect: 'error',
    signal,
  });
  const sessionId = response.headers.get('mcp-session-id');
  const body = await response.text();
  if (sessionId !== null) await closeSession(route, sessionId, signal);
  if (!response.ok) return { healthy: false, reason: `it answered with HTTP status ${response.status}.` };
  const isAnswer = initializeAnswerSchema.safeParse(readMessage(response, body)).success;
  return isAnswer ? { healthy: true } : { healthy: false, reason: 'it did not answer as an MCP server does.' };
}

/** A session that was opened must not stay behind. An instance that cannot close it forgets it in time. */
async function closeSession(route: Route, sessionId: string, signal: AbortSignal): Promise<void> {
  try {
    const response = await fetch(`${route.address}/mcp`, {
      method: 'DELETE',
      headers: {
        authorization: `Bearer ${route.accessToken}`,
        'mcp-session-id': sessionId,
        'mcp-protocol-version': protocolVersion,
      },
      signal,
    });
    await response.body?.cancel();
  } catch {
    // The question was answered; that is what counts.
  }
}

/** The JSON-RPC message in an answer, which is JSON or an event stream whose last event carries it. */
function readMessage(response: Response, body: string): unknown {
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') ?? false;
  const data = isStream
    ? body
        .split(/\r\n|\r|\n/)
        .findLast((line) => line.startsWith('data:'))
        ?.slice('data:'.length)
    : body;
  try {
    return JSON.parse(data ?? '');
  } catch {
    return undefined;
  }
}
