import { ErrorCode, McpError } from '@modelcontextprotocol/sdk/types.js';
import { expect, it } from 'vitest';
import type { CallContext, McpFeatures } from '../../../../container/instance/features/mcp-features.ts';
import type { RequestCircumstances } from '../../../../container/instance/protocol/protocol-server.ts';
import { callTool } from '../../../../container/instance/protocol/tool-call.ts';
import { result } from './start-doors.ts';

it.each([
  ['is not answered in time has not agreed', new McpError(ErrorCode.RequestTimeout, 'Request timed out'), 'protocol: declined'],
  ['leaves has not agreed', new McpError(ErrorCode.ConnectionClosed, 'Connection closed'), 'protocol: declined'],
  ['cannot be asked is left the argument', new McpError(ErrorCode.MethodNotFound, 'No forms here'), 'argument: none'],
])('who %s', async (_what, error, expected) => {
  const call = async (_name: string, _arguments: unknown, { asks, confirmation }: CallContext) =>
    asks === 'protocol' && confirmation === undefined
      ? ({ kind: 'question', question: { message: 'Send?' } } as const)
      : result(`${asks}: ${confirmation?.answer ?? 'none'}`);
  const circumstances: RequestCircumstances = {
    features: { tools: { call } } as unknown as McpFeatures,
    context: { signal: new AbortController().signal, requestId: '1', session: '' },
    extra: { _meta: undefined, sendNotification: async () => undefined, sendRequest: () => Promise.reject(error) },
    clientCapabilities: { elicitation: { form: {} } },
  };
  expect(await callTool({ name: 'write' }, circumstances)).toMatchObject({ content: [{ text: expected }] });
});
