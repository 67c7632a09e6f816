import { type Connection, type ConnectionTarget, replaceTokenStep, tokenPlaceholder } from './connection.ts';

/**
 * Settings of n8n's own nodes "MCP Client" and "MCP Client Tool". Field names as the nodes show them since version 1.1.
 * Source: https://github.com/n8n-io/n8n/tree/master/packages/@n8n/nodes-langchain/nodes/mcp
 */
export function n8nConnections({ urls }: ConnectionTarget): Connection[] {
  return [
    n8nConnection('n8n over Streamable HTTP', 'streamable-http', 'HTTP Streamable', urls.mcp),
    n8nConnection('n8n over SSE', 'sse', 'Server Sent Events (Deprecated)', urls.sse),
  ];
}

function n8nConnection(
  title: string,
  transport: 'sse' | 'streamable-http',
  transportOption: string,
  endpoint: string,
): Connection {
  return {
    client: 'n8n',
    title,
    transport,
    language: 'text',
    snippet: [
      `Endpoint:         ${endpoint}`,
      `Server Transport: ${transportOption}`,
      'Authentication:   Bearer Auth',
      `Bearer Token:     ${tokenPlaceholder}`,
    ].join('\n'),
    steps: [
      replaceTokenStep,
      'In n8n, add the node "MCP Client Tool" to an AI Agent (or "MCP Client" to any workflow).',
      transport === 'sse'
        ? 'Fill in the endpoint and the server transport. Older versions of the node have one field "SSE Endpoint" instead of both.'
        : 'Fill in the endpoint and the server transport. Where the node has no field "Server Transport", use the SSE settings.',
      'Choose "Bearer Auth" and create a credential with the token.',
      `For "Header Auth", and for the community node n8n-nodes-mcp, the header is "Authorization" with the value "Bearer ${tokenPlaceholder}".`,
    ],
  };
}
