import {
  type CallToolResult,
  type ElicitRequestFormParams,
  ElicitResultSchema,
  ErrorCode,
  McpError,
} from '@modelcontextprotocol/sdk/types.js';
import type { CallContext, ConfirmationQuestion } from '../features/mcp-features.ts';
import type { RequestCircumstances } from './protocol-server.ts';
import { readToolCall } from './request-parameters.ts';

/** How long a person may think about a question. */
const decisionMs = 5 * 60_000;

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

/** Answers tools/call. A question is put to the person at the client where the client can, by elicitation; the answer decides. */
export async function callTool(params: unknown, circumstances: RequestCircumstances): Promise<CallToolResult> {
  const { name, callArguments } = readToolCall(params);
  const { features, context, clientCapabilities } = circumstances;
  const asks = clientCapabilities?.elicitation?.form === undefined ? 'argument' : 'protocol';
  const callContext: CallContext = { ...context, asks, progress: progressOf(circumstances) };
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
  { context, extra }: RequestCircumstances,
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
    // Who does not answer, or leaves, has not agreed, whatever `confirm` text the call carries.
    if (error instanceof McpError && unanswered.has(error.code)) return { confirmation: { answer: 'declined', message } };
    return { asks: 'argument' };
  }
}

const noProgress: CallContext['progress'] = () => undefined;

/** Sends progress notifications where the client asked for them with a token. They only ever go up, as the protocol asks. */
function progressOf({ context, extra }: RequestCircumstances): CallContext['progress'] {
  const progressToken = extra._meta?.progressToken;
  if (progressToken === undefined) return noProgress;
  let last = Number.NEGATIVE_INFINITY;
  return (progress, total, message) => {
    if (context.signal.aborted || progress <= last) return;
    last = progress;
    const params = {
      progressToken,
      progress,
      ...(total === undefined ? {} : { total }),
      ...(message === undefined ? {} : { message }),
    };
    extra.sendNotification({ method: 'notifications/progress', params }).catch(() => undefined);
  };
}
