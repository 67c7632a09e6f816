import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { errorReport } from '../smartlead/smartlead-error.ts';

/**
 * A successful answer as a tool result: `structuredContent` must be an object, so a list stands in `items` and anything else in
 * `result`; the text is the same as compact JSON, for clients that read text alone.
 */
export function successResult(answer: unknown): CallToolResult {
  const structuredContent = asObject(answer);
  return { content: [{ type: 'text', text: JSON.stringify(structuredContent) }], structuredContent };
}

/** A failure as a tool result that a model can act on. Returned instead of a JSON-RPC error, so that the model gets to see it. */
export function failureResult(error: unknown): CallToolResult {
  const report = { ...errorReport(error) };
  return { content: [{ type: 'text', text: JSON.stringify(report) }], structuredContent: report, isError: true };
}

function asObject(answer: unknown): Record<string, unknown> {
  if (Array.isArray(answer)) return { items: answer };
  return typeof answer === 'object' && answer !== null ? (answer as Record<string, unknown>) : { result: answer };
}
