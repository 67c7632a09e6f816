import type { Prompt as PromptDefinition } from '@modelcontextprotocol/sdk/types.js';

export type PromptArguments = Readonly<Record<string, string>>;

export interface PromptCircumstances {
  /** Unix time in milliseconds. */
  now: number;
  /** Whether this instance has a tool. */
  hasTool(name: string): boolean;
}

/** One prompt: what clients are told about it, and the text that a model then acts on. */
export interface Prompt {
  readonly definition: PromptDefinition;
  /** Names of the tools the text cannot do without. It is offered only where all of them are. */
  readonly tools: readonly string[];
  /**
   * @param promptArguments Known arguments only, none of them empty, all required ones there.
   * @throws InvalidRequest
   */
  text(promptArguments: PromptArguments, circumstances: PromptCircumstances): string;
}
