import type { ResourceLink, Tool as ToolDefinition } from '@modelcontextprotocol/sdk/types.js';
import type { discovery, Toolset } from '../../../core/tool-selection.ts';
import type { CallArguments } from '../catalogue/call-arguments.ts';
import type { Effect } from '../catalogue/operation.ts';
import type { CallContext } from '../features/mcp-features.ts';
import type { Consequence } from '../policy/consequence.ts';
import type { OperationCallContext } from '../smartlead/operation-caller.ts';

/** What a running tool may use. */
export interface RunContext extends OperationCallContext, Pick<CallContext, 'requestId' | 'progress'> {}

export interface ToolAnswer {
  /** The answer as the client gets it: a JSON object without credentials. */
  structured: Record<string, unknown>;
  /** Resources the answer is about, such as a file to download. */
  links?: readonly ResourceLink[];
  /** Set where the tool could not do (all of) what was asked, and `structured` says what it did. */
  isError?: boolean;
  /** See OperationOutcome.firstSentAt. */
  firstSentAt?: number;
}

/** One tool, wherever it comes from: what clients are told about it, and what happens when it is called. */
export interface Tool {
  readonly definition: ToolDefinition;
  /** The set it belongs to; the tools that search, describe and call all others are in none. */
  readonly toolset: Toolset | typeof discovery;
  /** Whether it changes the account itself rather than the work in it: such writes need policy `full`. */
  readonly administrative: boolean;
  /** What a call with these arguments can do. They have not been checked: what cannot be read counts as the worst it might be. */
  effects(callArguments: CallArguments): readonly Effect[];
  /**
   * Names of the tools that a call with these arguments takes as its steps: who forbids one of them forbids the call. Missing for a
   * tool of one step. The arguments have not been checked: what cannot be read counts as given.
   */
  madeOf?(callArguments: CallArguments): readonly string[];
  /** @throws SmartleadError `invalid_arguments`. Sends nothing. */
  check(callArguments: CallArguments): Promise<void>;
  /** Whether the call would send nothing, because the same one was made within the last minutes; see OperationCaller.remembers. */
  alreadyMade?(callArguments: CallArguments): boolean;
  /** Counts what a risky call will do. May read from Smartlead, never writes. */
  consequence(callArguments: CallArguments, context: RunContext): Promise<Consequence>;
  /** @throws SmartleadError */
  run(callArguments: CallArguments, context: RunContext): Promise<ToolAnswer>;
}
