import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type {
  ElicitRequestFormParams,
  InputRequiredResult,
  RequestStateCodec,
  ServerContext,
} from '@modelcontextprotocol/server';
import type { Confirmation, ConfirmationQuestion } from '../../features/mcp-features.ts';
import { canonicalJson } from '../../json/canonical-json.ts';
import { isNestedDeeper, mostArgumentLevels } from '../../json/nesting-depth.ts';
import { confirmationSchema } from '../tool-call.ts';
import type { ModernSdk } from './load-sdk.ts';
import { UsedStates } from './used-states.ts';

/** Name of the question among the requests for input. */
const confirmKey = 'confirm';

/** Time in which a question can be answered, once. */
const answerableSeconds = 600;

/** What goes to the client and back with a question, signed: which call was asked about, and in which words. */
interface QuestionState {
  /** Tells this question from all others, of the same call too. */
  id: string;
  /** Unix time in milliseconds. */
  askedAt: number;
  call: string;
  message: string;
}

/**
 * Asks people about risky calls by input-required results. Nothing is kept between a question and its answer; that it was answered is,
 * so that one answer allows one call.
 */
export interface Confirmations {
  /** Checks the state that came with a request, before its handler runs. @throws for one that is not ours or has expired. */
  verify: RequestStateCodec<QuestionState>['verify'];
  /** Asks. */
  ask(question: ConfirmationQuestion, tool: string, callArguments: Record<string, unknown>): Promise<InputRequiredResult>;
  /**
   * Reads the answer and uses its state up.
   * @returns undefined where this very call was not asked about or not answered yet.
   * @throws ProtocolError -32602 for the answer to a question about another call, or to one that was answered before.
   */
  answer(context: ServerContext, tool: string, callArguments: Record<string, unknown>): Confirmation | undefined;
}

/** The secret is this process's own: a question asked before a restart has to be asked again. */
export function createConfirmations(sdk: ModernSdk): Confirmations {
  const codec = sdk.createRequestStateCodec<QuestionState>({ key: randomBytes(32), ttlSeconds: answerableSeconds });
  const used = new UsedStates(answerableSeconds * 1000);
  const refuse = (why: string) => {
    const message = `${why} Make this call anew, without requestState and inputResponses.`;
    return new sdk.ProtocolError(sdk.ProtocolErrorCode.InvalidParams, message, { reason: 'invalid_request_state' });
  };
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
        requestState: await codec.mint({ id: randomUUID(), askedAt: Date.now(), call: digest(tool, callArguments), message }),
      });
    },
    answer({ mcpReq }, tool, callArguments) {
      const state = mcpReq.requestState<QuestionState>();
      if (state === undefined) return undefined;
      // No such call comes to a question: it is refused in words that say why.
      if (isNestedDeeper(callArguments, mostArgumentLevels)) return undefined;
      if (state.call !== digest(tool, callArguments)) throw refuse('The requestState belongs to another call.');
      const response = sdk.inputResponse(mcpReq.inputResponses, confirmKey);
      if (response.kind !== 'elicit') return undefined;
      const declined = response.action !== 'accept' || response.content?.confirm === false;
      if (!declined && response.content?.confirm !== true) return undefined;
      if (!used.use(state.id, state.askedAt)) throw refuse('The question of this requestState was answered before.');
      return { answer: declined ? 'declined' : 'accepted', message: state.message };
    },
  };
}

/** A short name for a call: the same for the same tool and arguments, in whatever order they are written. */
function digest(tool: string, callArguments: Record<string, unknown>): string {
  return createHash('sha256')
    .update(canonicalJson([tool, callArguments]))
    .digest('base64url');
}
