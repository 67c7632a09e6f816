import type { Tool as ToolDefinition } from '@modelcontextprotocol/sdk/types.js';
import type { Toolset } from '../../../core/tool-selection.ts';

/** One tool, wherever it comes from: what clients are told about it, and what happens when it is called. */
export interface Tool {
  readonly definition: ToolDefinition;
  readonly toolset: Toolset;
  /**
   * Runs the tool.
   * @returns The answer: any JSON value, without credentials.
   * @throws SmartleadError, with `invalid_arguments` before anything was sent.
   */
  run(callArguments: Record<string, unknown>, signal: AbortSignal): Promise<unknown>;
}
