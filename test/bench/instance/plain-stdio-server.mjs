/** A plain stdio server as the SDK's own examples make it: one tool that asks upstream. What supergateway usually has behind it. */
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';

const server = new McpServer({ name: 'plain', version: '1.0.0' });
server.registerTool('leads_categories', { description: 'List lead categories.', inputSchema: {} }, async () => {
  const answer = await fetch(`${process.env.SMARTLEAD_CORE_URL}/leads/fetch-categories?api_key=demo`);
  return { content: [{ type: 'text', text: await answer.text() }] };
});
await server.connect(new StdioServerTransport());
