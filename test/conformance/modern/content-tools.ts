import { setTimeout as delay } from 'node:timers/promises';
import {
  type CallToolResult,
  fromJsonSchema,
  inputRequired,
  type McpServer,
  type ServerContext,
  type ServerNotifier,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import { png, wav } from './samples.ts';

const noArguments = z.object({});

/** JSON Schema 2020-12 with the keywords that must survive tools/list. */
const schemaOfManyKeywords = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  $defs: {
    address: {
      $anchor: 'addressDef',
      type: 'object',
      properties: { street: { type: 'string' }, city: { type: 'string' } },
    },
  },
  properties: {
    name: { type: 'string' },
    address: { $ref: '#/$defs/address' },
    contactMethod: { type: 'string', enum: ['phone', 'email'] },
    phone: { type: 'string' },
    email: { type: 'string' },
  },
  allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
  // biome-ignore-start lint/suspicious/noThenProperty: a keyword of JSON Schema
  if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
  then: { required: ['phone'] },
  else: { required: ['email'] },
  // biome-ignore-end lint/suspicious/noThenProperty: a keyword of JSON Schema
  additionalProperties: false,
} as const;

const schemaWithHeader = {
  type: 'object',
  properties: { region: { type: 'string', 'x-mcp-header': 'Region' } },
} as const;

/** Tools that answer with every kind of content, or do on the way what the suite watches for. */
export function registerContentTools(server: McpServer, notifier: () => ServerNotifier | undefined): void {
  const answers = (name: string, description: string, content: CallToolResult['content']) =>
    server.registerTool(name, { description }, async () => ({ content }));
  const image = { type: 'image', data: png, mimeType: 'image/png' } as const;
  answers('test_simple_text', 'Answers a text', [text('This is a simple text response for testing.')]);
  answers('test_image_content', 'Answers an image', [image]);
  answers('test_audio_content', 'Answers a sound', [{ type: 'audio', data: wav, mimeType: 'audio/wav' }]);
  answers('test_embedded_resource', 'Answers a resource', [
    resource('test://embedded-resource', 'text/plain', 'This is an embedded resource content.'),
  ]);
  answers('test_multiple_content_types', 'Answers three kinds of content', [
    text('Multiple content types test:'),
    image,
    resource('test://mixed-content-resource', 'application/json', '{"test":"data","value":123}'),
  ]);
  server.registerTool('test_error_handling', { description: 'Fails' }, async () => {
    throw new Error('This tool intentionally returns an error for testing');
  });
  server.registerTool('test_tool_with_progress', { description: 'Reports progress', inputSchema: noArguments }, withProgress);
  server.registerTool(
    'test_streaming_elicitation',
    { description: 'Streams, asks nothing', inputSchema: noArguments },
    withProgress,
  );
  for (const name of ['test_tool_with_logging', 'test_logging_tool']) {
    server.registerTool(name, { description: 'Logs, where asked for', inputSchema: noArguments }, withLogging);
  }
  server.registerTool('test_missing_capability', { description: 'Needs a client that samples' }, async () =>
    inputRequired({ inputRequests: { answer: inputRequired.createMessage({ messages: [], maxTokens: 1 }) } }),
  );
  server.registerTool('test_trigger_tool_change', { description: 'Says that the tools have changed' }, async () => {
    notifier()?.toolsChanged();
    return { content: [text('told')] };
  });
  server.registerTool('test_trigger_prompt_change', { description: 'Says that the prompts have changed' }, async () => {
    notifier()?.promptsChanged();
    return { content: [text('told')] };
  });
  server.registerTool(
    'json_schema_2020_12_tool',
    { description: 'Has a schema of many keywords', inputSchema: fromJsonSchema(schemaOfManyKeywords) },
    async () => ({ content: [text('valid')] }),
  );
  server.registerTool(
    'test_x_mcp_header',
    { description: 'Has an argument that is repeated in a header', inputSchema: fromJsonSchema(schemaWithHeader) },
    async (callArguments) => ({ content: [text(JSON.stringify(callArguments))] }),
  );
}

async function withProgress(_none: object, { mcpReq }: ServerContext): Promise<CallToolResult> {
  const progressToken = mcpReq._meta?.progressToken;
  for (const progress of [0, 50, 100]) {
    if (progress > 0) await delay(50);
    if (progressToken === undefined) continue;
    const params = { progressToken, progress, total: 100, message: `${progress} of 100` };
    await mcpReq.notify({ method: 'notifications/progress', params });
  }
  return { content: [text(String(progressToken))] };
}

async function withLogging(_none: object, { mcpReq }: ServerContext): Promise<CallToolResult> {
  for (const line of ['Tool execution started', 'Tool processing data', 'Tool execution completed']) {
    await mcpReq.log('info', line);
    await delay(50);
  }
  return { content: [text('Tool with logging executed successfully')] };
}

function text(content: string) {
  return { type: 'text', text: content } as const;
}

function resource(uri: string, mimeType: string, content: string) {
  return { type: 'resource', resource: { uri, mimeType, text: content } } as const;
}
