import { type CallToolResult, type ElicitRequestFormParams, ElicitResultSchema } from '@modelcontextprotocol/sdk/types.js';
import type { CallContext, ConfirmationQuestion } from '../features/mcp-features.ts';
import type { RequestCircumstances } from './protocol-server.ts';
import { readToolCall } from './request-parameters.ts';

/** How long a person may think about a question. */
const decisionMs = 5 * 60_000;

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
  const outcome = await features.tools.call(name, callArguments, callContext);
  if (outcome.kind === 'result') return outcome.result;
  const decision = await ask(outcome.question, circumstances);
  const decided = await features.tools.call(name, callArguments, { ...callContext, ...decision });
  if (decided.kind === 'question') throw new Error('a call asked again for what was decided');
  return decided.result;
}

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
    return { confirmation: action === 'accept' && content?.confirm === true ? 'accepted' : 'declined' };
  } catch (error) {
    if (context.signal.aborted) throw error;
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
