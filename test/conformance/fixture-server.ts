import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import {
  CallToolRequestSchema,
  CompleteRequestSchema,
  ErrorCode,
  GetPromptRequestSchema,
  ListPromptsRequestSchema,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ListToolsRequestSchema,
  McpError,
  ReadResourceRequestSchema,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { getPrompt, prompts } from './fixture-prompts.ts';
import { readResource, resources, resourceTemplates } from './fixture-resources.ts';
import { fixtureTools } from './fixture-tools.ts';

/** The official suite's server, to be connected to a transport of ours: everything that its scenarios of the 2025 revisions use. */
export function createFixtureServer(): Server {
  const capabilities = { tools: {}, prompts: {}, resources: { subscribe: true }, logging: {}, completions: {} };
  const server = new Server({ name: 'conformance-fixture', version: '1.0.0' }, { capabilities });
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: fixtureTools.map(({ definition }) => definition) }));
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, extra) => {
    const tool = fixtureTools.find(({ definition }) => definition.name === params.name);
    if (tool === undefined) throw unknown(`tool ${params.name}`);
    return tool.run(params.arguments ?? {}, extra);
  });
  server.setRequestHandler(ListPromptsRequestSchema, () => ({ prompts }));
  server.setRequestHandler(GetPromptRequestSchema, ({ params }) => {
    const prompt = getPrompt(params.name, params.arguments ?? {});
    if (prompt === undefined) throw unknown(`prompt ${params.name}`);
    return prompt;
  });
  server.setRequestHandler(ListResourcesRequestSchema, () => ({ resources }));
  server.setRequestHandler(ListResourceTemplatesRequestSchema, () => ({ resourceTemplates }));
  server.setRequestHandler(ReadResourceRequestSchema, ({ params }) => {
    const content = readResource(params.uri);
    if (content === undefined) throw new McpError(-32002, 'Resource not found', { uri: params.uri });
    return content;
  });
  server.setRequestHandler(SubscribeRequestSchema, () => ({}));
  server.setRequestHandler(UnsubscribeRequestSchema, () => ({}));
  server.setRequestHandler(CompleteRequestSchema, () => ({ completion: { values: [], total: 0, hasMore: false } }));
  return server;
}

function unknown(what: string): McpError {
  return new McpError(ErrorCode.InvalidParams, `Unknown ${what}`);
}
