import type { Connections, Instance } from '../../frontend/api/contract.ts';

const first = 'Create a token for this instance and put it in place of YOUR_INSTANCE_TOKEN.';

/** Settings as the API offers them, shortened. */
export function connectionsOf(instance: Instance): Connections {
  const json = (value: unknown) => JSON.stringify(value, null, 2);
  const bridge = {
    command: 'npx',
    args: ['-y', 'mcp-remote', instance.urls.mcp, '--header', 'Authorization:$' + '{AUTH_HEADER}'],
    env: { AUTH_HEADER: 'Bearer YOUR_INSTANCE_TOKEN' },
  };
  const server = { type: 'http', url: instance.urls.mcp, headers: { Authorization: 'Bearer YOUR_INSTANCE_TOKEN' } };
  return {
    urls: instance.urls,
    connections: [
      {
        client: 'n8n',
        title: 'n8n over Streamable HTTP',
        transport: 'streamable-http',
        language: 'text',
        snippet: `Endpoint:         ${instance.urls.mcp}\nServer Transport: HTTP Streamable\nAuthentication:   Bearer Auth\nBearer Token:     YOUR_INSTANCE_TOKEN`,
        steps: [
          first,
          'In n8n, add the node "MCP Client Tool" to an AI Agent.',
          'Fill in the endpoint and the server transport.',
        ],
      },
      {
        client: 'n8n',
        title: 'n8n over SSE',
        transport: 'sse',
        language: 'text',
        snippet: `Endpoint:         ${instance.urls.sse}\nServer Transport: Server Sent Events\nBearer Token:     YOUR_INSTANCE_TOKEN`,
        steps: [first, 'Older versions of the node have one field "SSE Endpoint".'],
      },
      {
        client: 'claude-desktop',
        title: 'Claude Desktop',
        transport: 'stdio',
        language: 'json',
        snippet: json({ mcpServers: { smartlead: bridge } }),
        steps: [first, 'Open Settings, Developer, Edit Config, and add the snippet.', 'Quit Claude Desktop and start it again.'],
      },
      {
        client: 'claude-code',
        title: 'Claude Code',
        transport: 'streamable-http',
        language: 'bash',
        snippet: `claude mcp add --transport http smartlead ${instance.urls.mcp} --header "Authorization: Bearer YOUR_INSTANCE_TOKEN"`,
        steps: [first, 'Run the command in your project.'],
      },
      {
        client: 'cursor',
        title: 'Cursor',
        transport: 'streamable-http',
        language: 'json',
        snippet: json({ mcpServers: { smartlead: server } }),
        steps: [first, 'Add it to .cursor/mcp.json.'],
      },
      {
        client: 'vscode',
        title: 'VS Code',
        transport: 'streamable-http',
        language: 'json',
        snippet: json({ servers: { smartlead: server } }),
        steps: [first, 'Add it to .vscode/mcp.json.'],
      },
      {
        client: 'mcp-remote',
        title: 'stdio bridge with mcp-remote',
        transport: 'stdio',
        language: 'bash',
        snippet:
          `AUTH_HEADER="Bearer YOUR_INSTANCE_TOKEN" npx -y mcp-remote ${instance.urls.mcp} --header 'Authorization:$` +
          "{AUTH_HEADER}'",
        steps: [first, 'Use it wherever a client asks for the command of a stdio server.'],
      },
      {
        client: 'supergateway',
        title: 'stdio bridge with supergateway',
        transport: 'stdio',
        language: 'bash',
        snippet: `npx -y supergateway --streamableHttp ${instance.urls.mcp} --oauth2Bearer YOUR_INSTANCE_TOKEN`,
        steps: [first, 'Use it wherever a client asks for the command of a stdio server.'],
      },
    ],
  };
}
