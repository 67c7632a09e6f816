import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CallOutcome, McpFeatures } from '../../features/mcp-features.ts';
import { progressSender } from '../progress.ts';
import { readToolCall, type ToolCallParameters } from '../request-parameters.ts';
import { createAnswerJson } from './answer-json.ts';
import type { Confirmations } from './confirmation.ts';
import { DirectAnswer } from './direct-answer.ts';
import type { ExchangeTimes } from './exchange-times.ts';
import type { PlainRequest } from './plain-request.ts';
import { answerable } from './protocol-failure.ts';
import { canAsk, readContextOf } from './request-envelope.ts';
import { sendJson } from './send-json.ts';

export interface DirectExchangeOptions {
  features: McpFeatures;
  times: ExchangeTimes;
  /** Loads what asks people; it belongs to the SDK, which is not loaded before. */
  confirmations(): Promise<Confirmations>;
  /** Told of a fault of ours. */
  onFault(method: string, kind: string): void;
}

type DirectExchange = (asked: PlainRequest, request: IncomingMessage, response: ServerResponse) => Promise<void>;

/**
 * Makes the short way for the requests that are nearly all there are. It does on the wire what the SDK does, which takes several times
 * as long as the call itself and memory that clients who only list and call need not cost.
 */
export function createDirectExchange({ features, times, confirmations, onFault }: DirectExchangeOptions): DirectExchange {
  const json = createAnswerJson(features);

  async function call(
    { params, client, capabilities, progressToken }: PlainRequest,
    requestId: string | undefined,
    answer: DirectAnswer,
  ) {
    const parameters = readToolCall(params);
    const { signal } = answer;
    const outcome = await features.tools.call(parameters.name, parameters.callArguments, {
      ...readContextOf(client, requestId, signal),
      asks: canAsk(capabilities) ? 'protocol' : 'argument',
      progress: progressSender(progressToken, signal, (notification) => answer.notify(json.notification(notification))),
    });
    return resultOf(outcome, parameters);
  }

  async function resultOf(outcome: CallOutcome, { name, callArguments }: ToolCallParameters): Promise<object> {
    if (outcome.kind === 'result') return outcome.result;
    return (await confirmations()).ask(outcome.question, name, callArguments);
  }

  return async (asked, { headers }, response) => {
    const { id, method } = asked;
    if (method === 'tools/list') return sendJson(response, json.toolList(id));
    const answer = new DirectAnswer(response, times);
    const requestId = headers['x-request-id'];
    let text: string;
    try {
      text = json.toolCall(id, await call(asked, typeof requestId === 'string' ? requestId : undefined, answer));
    } catch (error) {
      text = json.error(
        id,
        answerable(error, (kind) => onFault(method, kind)),
      );
    }
    await answer.finish(text);
  };
}
