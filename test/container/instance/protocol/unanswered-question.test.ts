import { ErrorCode, McpError } from '@modelcontextprotocol/sdk/types.js';
import { afterEach, expect, it, vi } from 'vitest';
import type { CallContext, McpFeatures } from '../../../../container/instance/features/mcp-features.ts';
import type { RequestCircumstances } from '../../../../container/instance/protocol/request-circumstances.ts';
import { callTool } from '../../../../container/instance/protocol/tool-call.ts';
import { openStream, rawRequest } from '../raw-http.ts';
import { openSession, type RunningDoors, request, result, startDoors, type ToolBehaviour } from './start-doors.ts';

const asking: ToolBehaviour = async (_arguments, { asks, confirmation }: CallContext) =>
  asks === 'protocol' && confirmation === undefined
    ? ({ kind: 'question', question: { message: 'Send?' } } as const)
    : result(`${asks}: ${confirmation?.answer ?? 'none'}`);

function circumstancesOf(sendRequest: RequestCircumstances['extra']['sendRequest']): RequestCircumstances {
  return {
    features: {
      tools: {
        call: (_name: string, callArguments: Record<string, unknown>, context: CallContext) => asking(callArguments, context),
      },
    } as unknown as McpFeatures,
    context: { signal: new AbortController().signal, requestId: '1', session: '' },
    extra: { _meta: undefined, sendNotification: async () => undefined, sendRequest },
    clientCapabilities: { elicitation: { form: {} } },
    client: { leavesQuestionsOpen: false, toldChange: 0 },
  };
}

it.each([
  ['is not answered in time', new McpError(ErrorCode.RequestTimeout, 'Request timed out'), 'protocol: unanswered'],
  ['leaves', new McpError(ErrorCode.ConnectionClosed, 'Connection closed'), 'protocol: unanswered'],
  ['cannot be asked', new McpError(ErrorCode.MethodNotFound, 'No forms here'), 'argument: none'],
])('who %s has neither agreed nor said no', async (_what, error, expected) => {
  const circumstances = circumstancesOf(() => Promise.reject(error));
  expect(await callTool({ name: 'write' }, circumstances)).toMatchObject({ content: [{ text: expected }] });
});

it('a question waits two minutes, and after one without an answer the argument is the way', async () => {
  const timeouts: unknown[] = [];
  const circumstances = circumstancesOf((_request, _schema, options) => {
    timeouts.push(options?.timeout);
    return Promise.reject(new McpError(ErrorCode.RequestTimeout, 'Request timed out'));
  });
  expect(await callTool({ name: 'write' }, circumstances)).toMatchObject({ content: [{ text: 'protocol: unanswered' }] });
  expect(await callTool({ name: 'write' }, circumstances)).toMatchObject({ content: [{ text: 'argument: none' }] });
  expect(timeouts).toEqual([120_000]);
});

let doors: RunningDoors | undefined;
afterEach(async () => {
  vi.useRealTimers();
  await doors?.close();
});

it('that is remembered for the session, even where it hibernates between the calls, and for no other one', async () => {
  doors = await startDoors({ write: asking }, { hibernateAfterMs: 1_000 });
  const { url, sessions } = doors;
  const [silent, other] = [
    await openSession(url, '2025-06-18', { elicitation: {} }),
    await openSession(url, '2025-06-18', { elicitation: {} }),
  ];
  const call = (headers: Record<string, string>, id: number) =>
    openStream(`${url}/mcp`, { method: 'POST', headers, body: request(id, 'tools/call', { name: 'write' }) });
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const first = await call(silent, 1);
  await first.waitFor(/elicitation\/create/);
  vi.advanceTimersByTime(120_000);
  vi.useRealTimers();
  await first.waitFor(/protocol: unanswered/);
  sessions.sweep(Date.now() + 1_010);
  const body = request(2, 'tools/call', { name: 'write' });
  expect((await rawRequest(`${url}/mcp`, { method: 'POST', headers: silent, body })).text).toContain('argument: none');
  const asked = await call(other, 3);
  await asked.waitFor(/elicitation\/create/);
  asked.leave();
});
