import type { ClientCapabilities, Implementation, ServerContext } from '@modelcontextprotocol/server';

/** What a request says about its sender. The SDK has checked it against its schema, but has no type for it. */
interface RequestEnvelope {
  'io.modelcontextprotocol/clientInfo'?: Implementation;
  'io.modelcontextprotocol/clientCapabilities'?: ClientCapabilities;
}

export function clientInfoOf({ mcpReq }: ServerContext): Implementation | undefined {
  return (mcpReq.envelope as RequestEnvelope | undefined)?.['io.modelcontextprotocol/clientInfo'];
}

export function clientCapabilitiesOf({ mcpReq }: ServerContext): ClientCapabilities {
  return (mcpReq.envelope as RequestEnvelope | undefined)?.['io.modelcontextprotocol/clientCapabilities'] ?? {};
}
