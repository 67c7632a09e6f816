import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import type { Log } from '../observability/log.ts';
import type { Metrics } from '../observability/metrics.ts';
import { errorReport } from '../smartlead/smartlead-error.ts';
import type { Tool } from './tool.ts';
import { failureResult, successResult } from './tool-result.ts';

export interface ToolCallContext {
  signal: AbortSignal;
  /** Names this call in the log; the router's `X-Request-Id` where there is one. */
  requestId: string;
}

export type ToolCaller = (
  tool: Tool,
  callArguments: Record<string, unknown>,
  context: ToolCallContext,
) => Promise<CallToolResult>;

/** Makes the function every tool call goes through: it runs the tool, shapes the result, and records one log line and one count. */
export function createToolCaller({ log, metrics }: { log: Log; metrics: Metrics }): ToolCaller {
  return async (tool, callArguments, { signal, requestId }) => {
    const name = tool.definition.name;
    const start = performance.now();
    const record = (outcome: string, message: string) => {
      const durationMs = Math.round((performance.now() - start) * 10) / 10;
      metrics.countCall(name, outcome, durationMs);
      const level = outcome === 'ok' || outcome === 'cancelled' ? 'info' : outcome === 'internal_error' ? 'error' : 'warn';
      log.write({ level, message, tool: name, durationMs, outcome, requestId });
    };
    try {
      const result = successResult(await tool.run(callArguments, signal));
      record('ok', 'Tool call');
      return result;
    } catch (error) {
      const { code } = errorReport(error);
      // Messages may quote arguments or what Smartlead wrote; the log names the code alone.
      record(code, code === 'internal_error' ? `Tool call failed inside: ${describe(error)}` : 'Tool call failed');
      return failureResult(error);
    }
  };
}

/** Kind and place of an unexpected error, without its message, which may hold anything. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return `${error.name} ${error.stack?.match(/\n\s+at ([^\n]+)/)?.[1] ?? ''}`.trim();
}
