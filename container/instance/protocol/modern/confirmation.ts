import { createHash, randomBytes } from 'node:crypto';
import type {
  ElicitRequestFormParams,
  InputRequiredResult,
  RequestStateCodec,
  ServerContext,
} from '@modelcontextprotocol/server';
import type { ConfirmationQuestion } from '../../features/mcp-features.ts';
import { confirmationSchema } from '../tool-call.ts';
import type { ModernSdk } from './load-sdk.ts';
import { clientCapabilitiesOf } from './request-envelope.ts';

/** Name of the question among the requests for input. */
const confirmKey = 'confirm';

/**
 * Time in which a question can be answered. It is the time in which a repeated write gets the result of the first one, so an answer
 * that is sent twice cannot do twice what it allowed.
 */
const answerableSeconds = 600;

/** What goes to the client and back with a question, signed: which call was asked about. */
interface QuestionState {
  call: string;
}

/** Somebody's answer to a question about a call, or undefined where this very call was not asked about or not answered yet. */
export type Confirmation = 'accepted' | 'declined' | undefined;

/** Asks people about risky calls by input-required results, which need no memory between the question and its answer. */
export interface Confirmations {
  /** Checks the state that came with a request, before its handler runs. @throws for one that is not ours or has expired. */
  verify: RequestStateCodec<QuestionState>['verify'];
  /** Whether the client of a request can ask its user a question in a form. */
  canAsk(context: ServerContext): boolean;
  /** Asks. */
  ask(question: ConfirmationQuestion, tool: string, callArguments: Record<string, unknown>): Promise<InputRequiredResult>;
  /** Reads the answer. @throws ProtocolError -32602 for the answer to a question about another call. */
  answer(context: ServerContext, tool: string, callArguments: Record<string, unknown>): Confirmation;
}

/** The secret is this process's own: a question asked before a restart has to be asked again. */
export function createConfirmations(sdk: ModernSdk): Confirmations {
  const codec = sdk.createRequestStateCodec<QuestionState>({ key: randomBytes(32), ttlSeconds: answerableSeconds });
  return {
    verify: codec.verify,
    canAsk(context) {
      const { elicitation } = clientCapabilitiesOf(context);
      // Without a mode, the capability means forms.
      return elicitation !== undefined && (elicitation.form !== undefined || elicitation.url === undefined);
    },
    async ask({ message }, tool, callArguments) {
      return sdk.inputRequired({
        inputRequests: {
          [confirmKey]: {
            method: 'elicitation/create',
            params: { mode: 'form', message, requestedSchema: confirmationSchema } as ElicitRequestFormParams,
          },
        },
        requestState: await codec.mint({ call: digest(tool, callArguments) }),
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
      if (response.action !== 'accept' || response.content?.confirm === false) return 'declined';
      return response.content?.confirm === true ? 'accepted' : undefined;
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
