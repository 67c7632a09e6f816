import { randomUUID } from 'node:crypto';
import type { ClientCapabilities, Implementation, ServerContext } from '@modelcontextprotocol/server';
import type { ReadContext } from '../../features/mcp-features.ts';
import { modernRevision } from './claims.ts';

/** Members of `_meta` with this prefix belong to the protocol. */
export const reservedPrefix = 'io.modelcontextprotocol/';

/** What a request says about its sender. The SDK has checked it against its schema, but has no type for it. */
export interface RequestEnvelope {
  'io.modelcontextprotocol/clientInfo'?: Implementation;
  'io.modelcontextprotocol/clientCapabilities'?: ClientCapabilities;
}

export function clientInfoOf({ mcpReq }: ServerContext): Implementation | undefined {
  return (mcpReq.envelope as RequestEnvelope | undefined)?.['io.modelcontextprotocol/clientInfo'];
}

export function clientCapabilitiesOf({ mcpReq }: ServerContext): ClientCapabilities {
  return (mcpReq.envelope as RequestEnvelope | undefined)?.['io.modelcontextprotocol/clientCapabilities'] ?? {};
}

/** Whether a client can ask its user a question in a form. */
export function canAsk({ elicitation }: ClientCapabilities): boolean {
  // Without a mode, the capability means forms.
  return elicitation !== undefined && (elicitation.form !== undefined || elicitation.url === undefined);
}

const requestIdHeader = /^[\w.:-]{1,100}$/;

/**
 * There are no sessions in this revision. What stands for one when the rate limit is shared is the program that calls: the calls of one
 * agent wait for each other, not those of another program for them.
 * @param requestId The X-Request-Id header, where there is one.
 */
export function readContextOf(
  client: Implementation | undefined,
  requestId: string | undefined,
  signal: AbortSignal,
): ReadContext {
  return {
    signal,
    requestId: requestId !== undefined && requestIdHeader.test(requestId) ? requestId : randomUUID(),
    session: client === undefined ? modernRevision : `${modernRevision} ${client.name} ${client.version}`.slice(0, 200),
  };
}
