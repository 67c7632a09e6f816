import { createHash, randomBytes } from 'node:crypto';
import type {
  ElicitRequestFormParams,
  InputRequiredResult,
  RequestStateCodec,
  ServerContext,
} from '@modelcontextprotocol/server';
import type { Confirmation, ConfirmationQuestion } from '../../features/mcp-features.ts';
import { confirmationSchema } from '../tool-call.ts';
import type { ModernSdk } from './load-sdk.ts';

/** Name of the question among the requests for input. */
const confirmKey = 'confirm';

/**
 * Time in which a question can be answered. It is the time in which a repeated write gets the result of the first one, so an answer
 * that is sent twice cannot do twice what it allowed.
 */
const answerableSeconds = 600;

/** What goes to the client and back with a question, signed: which call was asked about, and in which words. */
interface QuestionState {
  call: string;
  message: string;
}

/** Asks people about risky calls by input-required results, which need no memory between the question and its answer. */
export interface Confirmations {
  /** Checks the state that came with a request, before its handler runs. @throws for one that is not ours or has expired. */
  verify: RequestStateCodec<QuestionState>['verify'];
  /** Asks. */
  ask(question: ConfirmationQuestion, tool: string, callArguments: Record<string, unknown>): Promise<InputRequiredResult>;
  /**
   * Reads the answer.
   * @returns undefined where this very call was not asked about or not answered yet.
   * @throws ProtocolError -32602 for the answer to a question about another call.
   */
  answer(context: ServerContext, tool: string, callArguments: Record<string, unknown>): Confirmation | undefined;
}

/** The secret is this process's own: a question asked before a restart has to be asked again. */
export function createConfirmations(sdk: ModernSdk): Confirmations {
  const codec = sdk.createRequestStateCodec<QuestionState>({ key: randomBytes(32), ttlSeconds: answerableSeconds });
  return {
    verify: codec.verify,
    async ask({ message }, tool, callArguments) {
      return sdk.inputRequired({
        inputRequests: {
          [confirmKey]: {
            method: 'elicitation/create',
            params: { mode: 'form', message, requestedSchema: confirmationSchema } as ElicitRequestFormParams,
          },
        },
        requestState: await codec.mint({ call: digest(tool, callArguments), message }),
      });
    },
    answer({ mcpReq }, tool, callArguments) {
      const state = mcpReq.requestState<QuestionState>();
      if (state === undefined) return undefined;
      if (state.call !== digest(tool, callArguments)) {
        const message = 'The requestState belongs to another call. Make this call anew, without requestState and inputResponses.';
        throw new sdk.ProtocolError(sdk.ProtocolErrorCode.InvalidParams, message, { reason: 'invalid_request_state' });
      }
      const response = sdk.inputResponse(mcpReq.inputResponses, confirmKey);
      if (response.kind !== 'elicit') return undefined;
      const { message } = state;
      if (response.action !== 'accept' || response.content?.confirm === false) return { answer: 'declined', message };
      return response.content?.confirm === true ? { answer: 'accepted', message } : undefined;
    },
  };
}

/** A short name for a call: the same for the same tool and arguments, in whatever order they are written. */
function digest(tool: string, callArguments: Record<string, unknown>): string {
  return createHash('sha256')
    .update(JSON.stringify([tool, callArguments], inOrder))
    .digest('base64url');
}

function inOrder(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
