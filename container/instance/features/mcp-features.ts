import type {
  CallToolResult,
  CompleteResult,
  GetPromptResult,
  ListPromptsResult,
  ListResourcesResult,
  ListResourceTemplatesResult,
  ListToolsResult,
  ReadResourceResult,
} from '@modelcontextprotocol/sdk/types.js';

/**
 * Everything an instance offers to its clients. The protocol revisions are different ways of saying this: none of them knows more
 * of Smartlead than what stands here, and nothing here knows which of them is spoken. Failures that belong to the protocol are thrown
 * as {@link UnknownFeature}, {@link ResourceNotFound}, {@link InvalidRequest} or {@link FeatureFailed}; a tool that fails answers a result with `isError`.
 */
export interface McpFeatures {
  readonly serverInfo: { name: string; title: string; version: string };
  readonly instructions: string;
  readonly tools: ToolFeatures;
  readonly prompts: PromptFeatures;
  readonly resources: ResourceFeatures;
  readonly completion: CompletionFeatures;
}

export interface ToolFeatures {
  /** The answer to tools/list. Made once; the same object every time, so its JSON is made once, too. */
  readonly list: ListToolsResult;
  /** @throws UnknownFeature for a name that is no tool at all. */
  call(name: string, callArguments: Record<string, unknown>, context: CallContext): Promise<CallOutcome>;
}

/** What a call comes to: its result, or a question that somebody has to answer first. */
export type CallOutcome =
  | { kind: 'result'; result: CallToolResult }
  /**
   * Only where {@link CallContext.asks} is `protocol`: ask, and call again with {@link CallContext.confirmation}. It can come again,
   * where something else would happen by then than what was agreed to.
   */
  | { kind: 'question'; question: ConfirmationQuestion };

/** A question whether a risky call shall really be made. */
export interface ConfirmationQuestion {
  /** What will happen, in words for a person: how many recipients, how many credits, what is gone afterwards. */
  message: string;
}

/** Somebody's answer to a question, with the words of the question. */
export interface Confirmation {
  /** `unanswered` where nobody said anything in the time there was. */
  answer: 'accepted' | 'declined' | 'unanswered';
  /** {@link ConfirmationQuestion.message} of the question that was answered. */
  message: string;
}

export interface CallContext {
  /** Aborted when the client cancels or is gone for good. What was sent already is not undone by it. */
  readonly signal: AbortSignal;
  /** Names this call in the log. */
  readonly requestId: string;
  /** Name of the session, or of whatever stands for one: the rate limit is shared fairly between these names. */
  readonly session: string;
  /** How a person can be asked: through the protocol, or only by refusing until the `confirm` argument says it. */
  readonly asks: 'protocol' | 'argument';
  /** The answer to the question that this same call came to before. */
  readonly confirmation?: Confirmation;
  /** Tells how far a long call has come; does nothing where the client did not ask for it. */
  progress(done: number, total?: number, message?: string): void;
}

/** What a prompt, a resource or a completion may use of a call's circumstances. */
export type ReadContext = Pick<CallContext, 'signal' | 'requestId' | 'session'>;

export interface PromptFeatures {
  readonly list: ListPromptsResult;
  /** @throws UnknownFeature, InvalidRequest */
  get(name: string, promptArguments: Readonly<Record<string, string>>, context: ReadContext): Promise<GetPromptResult>;
}

export interface ResourceFeatures {
  readonly templates: ListResourceTemplatesResult;
  list(): ListResourcesResult;
  /** @throws ResourceNotFound, FeatureFailed */
  read(uri: string, context: ReadContext): Promise<ReadResourceResult>;
  /** Calls back whenever {@link list} has changed. @returns the function that ends it. */
  onListChanged(listener: () => void): () => void;
}

export interface CompletionFeatures {
  /**
   * Values that may follow what was typed.
   * @param reference Name of a prompt, or a URI template.
   * @param known Arguments that are settled already.
   * @throws UnknownFeature for a prompt or template that is not offered.
   */
  complete(
    reference: { prompt: string } | { template: string },
    argument: { name: string; value: string },
    known: Readonly<Record<string, string>>,
    context: ReadContext,
  ): Promise<CompleteResult['completion']>;
}
