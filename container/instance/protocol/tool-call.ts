import {
  type CallToolResult,
  type ElicitRequestFormParams,
  ElicitResultSchema,
  ErrorCode,
  McpError,
} from '@modelcontextprotocol/sdk/types.js';
import type { CallContext, ConfirmationQuestion } from '../features/mcp-features.ts';
import { progressSender } from './progress.ts';
import type { RequestCircumstances } from './request-circumstances.ts';
import { readToolCall } from './request-parameters.ts';

/** How long a person may think about a question. Longer ones outlast the time that clients wait for a call. */
const decisionMs = 2 * 60_000;

/** How often a person is asked about one call, where it comes to something else each time. */
const mostQuestions = 3;

/** The form in which a person answers a question. */
export const confirmationSchema: ElicitRequestFormParams['requestedSchema'] = {
  type: 'object',
  properties: {
    confirm: { type: 'boolean', title: 'Do it', description: 'Yes: make this call. No: leave everything as it is.' },
  },
  required: ['confirm'],
};

/**
 * Answers tools/call. A question is put to the person at the client where the client can, by elicitation; the answer decides. A client
 * that says it can and then leaves a question open is not asked again in its session: every risky call would wait for nothing.
 */
export async function callTool(params: unknown, circumstances: RequestCircumstances): Promise<CallToolResult> {
  const { name, callArguments } = readToolCall(params);
  const { features, context, extra, clientCapabilities, client } = circumstances;
  const asks = clientCapabilities?.elicitation?.form === undefined || client.leavesQuestionsOpen ? 'argument' : 'protocol';
  const progress = progressSender(extra._meta?.progressToken, context.signal, (notification) => {
    extra.sendNotification(notification).catch(() => undefined);
  });
  const callContext: CallContext = { ...context, asks, progress };
  let outcome = await features.tools.call(name, callArguments, callContext);
  for (let asked = 1; outcome.kind === 'question'; asked += 1) {
    // What would happen may change while somebody thinks; where it never stops to, the argument is left as the way.
    const decision = asked > mostQuestions ? { asks: 'argument' as const } : await ask(outcome.question, circumstances);
    outcome = await features.tools.call(name, callArguments, { ...callContext, ...decision });
  }
  return outcome.result;
}

const unanswered: ReadonlySet<number> = new Set([ErrorCode.RequestTimeout, ErrorCode.ConnectionClosed]);

/** Asks by elicitation. A client that says it can be asked but fails to ask gets the other way: the `confirm` argument. */
async function ask(
  { message }: ConfirmationQuestion,
  { context, extra, client }: RequestCircumstances,
): Promise<Pick<CallContext, 'confirmation'> | Pick<CallContext, 'asks'>> {
  const options = { timeout: decisionMs, signal: context.signal };
  try {
    const { action, content } = await extra.sendRequest(
      { method: 'elicitation/create', params: { message, requestedSchema: confirmationSchema } },
      ElicitResultSchema,
      options,
    );
    const answer = action === 'accept' && content?.confirm === true ? 'accepted' : 'declined';
    return { confirmation: { answer, message } };
  } catch (error) {
    if (context.signal.aborted) throw error;
    if (!(error instanceof McpError && unanswered.has(error.code))) return { asks: 'argument' };
    // Who does not answer, or leaves, has not agreed, whatever `confirm` text this call carries.
    client.leavesQuestionsOpen = true;
    return { confirmation: { answer: 'unanswered', message } };
  }
}
