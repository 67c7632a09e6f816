import { setTimeout as delay } from 'node:timers/promises';
import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js';
import {
  type CallToolResult,
  CreateMessageResultSchema,
  type ElicitRequestFormParams,
  ElicitResultSchema,
  type ServerNotification,
  type ServerRequest,
  type Tool,
} from '@modelcontextprotocol/sdk/types.js';
import { redPixelPng, silentWav } from './fixture-content.ts';

type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>;

interface FixtureTool {
  definition: Tool;
  run(callArguments: Record<string, unknown>, extra: Extra): CallToolResult | Promise<CallToolResult>;
}

const image = { type: 'image', data: redPixelPng, mimeType: 'image/png' } as const;
const stepMs = 50;
/** A client on a busy machine may stand still for this long. */
const clientStandstillMs = 2_000;

/** The tools that the scenarios of the official suite call, with what they expect of each. */
export const fixtureTools: readonly FixtureTool[] = [
  tool('test_simple_text', 'Answers a text', () => text('This is a simple text response for testing.')),
  tool('test_image_content', 'Answers an image', () => ({ content: [image] })),
  tool('test_audio_content', 'Answers a sound', () => ({
    content: [{ type: 'audio', data: silentWav, mimeType: 'audio/wav' }],
  })),
  tool('test_embedded_resource', 'Answers a resource', () => ({
    content: [
      {
        type: 'resource',
        resource: {
          uri: 'test://embedded-resource',
          mimeType: 'text/plain',
          text: 'This is an embedded resource content.',
        },
      },
    ],
  })),
  tool('test_multiple_content_types', 'Answers a text, an image and a resource', () => ({
    content: [
      { type: 'text', text: 'Multiple content types test:' },
      image,
      {
        type: 'resource',
        resource: {
          uri: 'test://mixed-content-resource',
          mimeType: 'application/json',
          text: '{"test":"data","value":123}',
        },
      },
    ],
  })),
  tool('test_error_handling', 'Fails', () => ({
    ...text('This tool intentionally returns an error for testing'),
    isError: true,
  })),
  tool('test_tool_with_logging', 'Logs while it runs', async (_arguments, extra) => {
    for (const data of ['Tool execution started', 'Tool processing data', 'Tool execution completed']) {
      await extra.sendNotification({ method: 'notifications/message', params: { level: 'info', data } });
      await delay(stepMs);
    }
    return text('Tool with logging executed successfully');
  }),
  tool('test_tool_with_progress', 'Reports progress', async (_arguments, extra) => {
    const progressToken = extra._meta?.progressToken;
    for (const progress of progressToken === undefined ? [] : [0, 50, 100]) {
      const params = { progressToken: progressToken ?? '', progress, total: 100 };
      await extra.sendNotification({ method: 'notifications/progress', params });
      await delay(stepMs);
    }
    // The SDK's client forgets who waits for progress when it reads the answer together with it: it has had its turn by then.
    if (progressToken !== undefined) await delay(clientStandstillMs);
    return text(String(progressToken));
  }),
  tool(
    'test_reconnection',
    'Closes the stream of its own call, and answers when the client is back',
    async (_arguments, extra) => {
      extra.closeSSEStream?.();
      await delay(2 * stepMs);
      return text('The answer came on the stream that was resumed');
    },
  ),
  tool(
    'test_sampling',
    'Asks the client for a completion',
    async ({ prompt }, extra) => {
      const { content } = await extra.sendRequest(
        {
          method: 'sampling/createMessage',
          params: { messages: [{ role: 'user', content: { type: 'text', text: String(prompt) } }], maxTokens: 100 },
        },
        CreateMessageResultSchema,
      );
      return text(`LLM response: ${content.type === 'text' ? content.text : content.type}`);
    },
    { prompt: { type: 'string' } },
  ),
  tool(
    'test_elicitation',
    'Asks the user',
    ({ message }, extra) =>
      elicit(extra, String(message), {
        type: 'object',
        properties: {
          username: { type: 'string', description: 'Name of the user' },
          email: { type: 'string', description: 'Address of the user' },
        },
        required: ['username', 'email'],
      }),
    { message: { type: 'string' } },
  ),
  tool('test_elicitation_sep1034_defaults', 'Asks the user, with a default for each kind of field', (_arguments, extra) =>
    elicit(extra, 'Please review the fields', {
      type: 'object',
      properties: {
        name: { type: 'string', default: 'John Doe' },
        age: { type: 'integer', default: 30 },
        score: { type: 'number', default: 95.5 },
        status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
        verified: { type: 'boolean', default: true },
      },
    }),
  ),
  tool('test_elicitation_sep1330_enums', 'Asks the user, with every kind of choice', (_arguments, extra) =>
    elicit(extra, 'Please choose', {
      type: 'object',
      properties: {
        untitledSingle: { type: 'string', enum: ['option1', 'option2', 'option3'] },
        titledSingle: { type: 'string', oneOf: titled(['First Option', 'Second Option', 'Third Option']) },
        legacyEnum: {
          type: 'string',
          enum: ['opt1', 'opt2', 'opt3'],
          enumNames: ['Option One', 'Option Two', 'Option Three'],
        },
        untitledMulti: { type: 'array', items: { type: 'string', enum: ['option1', 'option2', 'option3'] } },
        titledMulti: { type: 'array', items: { anyOf: titled(['First Choice', 'Second Choice', 'Third Choice']) } },
      },
    }),
  ),
  {
    definition: {
      name: 'json_schema_2020_12_tool',
      description: 'Has an input schema with members of JSON Schema 2020-12',
      inputSchema: {
        $schema: 'https://json-schema.org/draft/2020-12/schema',
        type: 'object',
        $defs: { address: { type: 'object', properties: { street: { type: 'string' }, city: { type: 'string' } } } },
        properties: { name: { type: 'string' }, address: { $ref: '#/$defs/address' } },
        additionalProperties: false,
      },
    },
    run: (callArguments) => text(JSON.stringify(callArguments)),
  },
];

function tool(
  name: string,
  description: string,
  run: FixtureTool['run'],
  properties: Record<string, { type: 'string' }> = {},
): FixtureTool {
  const required = Object.keys(properties);
  return { definition: { name, description, inputSchema: { type: 'object', properties, required } }, run };
}

function text(words: string): CallToolResult {
  return { content: [{ type: 'text', text: words }] };
}

function titled(titles: readonly string[]): { const: string; title: string }[] {
  return titles.map((title, index) => ({ const: `value${index + 1}`, title }));
}

async function elicit(
  extra: Extra,
  message: string,
  requestedSchema: ElicitRequestFormParams['requestedSchema'],
): Promise<CallToolResult> {
  const { action, content } = await extra.sendRequest(
    { method: 'elicitation/create', params: { message, requestedSchema } },
    ElicitResultSchema,
  );
  return text(`User response: action=${action}, content=${JSON.stringify(content ?? {})}`);
}
