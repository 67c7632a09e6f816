import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { rememberJson } from '../features/known-json.ts';
import { errorReport } from '../smartlead/smartlead-error.ts';
import type { ToolAnswer } from './tool.ts';

/** From this length on it pays to make the JSON of the structured content once, for the text and for the message. */
const longJson = 2_048;

/** An answer as a tool result: the text is the structured content as compact JSON, for clients that read text alone. */
export function answerResult({ structured, links = [], isError = false, firstSentAt }: ToolAnswer): CallToolResult {
  const content = firstSentAt === undefined ? structured : { ...structured, repeated: repetitionOf(firstSentAt) };
  const text = JSON.stringify(content);
  const result: CallToolResult = {
    content: [{ type: 'text', text }, ...links],
    structuredContent: content,
    ...(isError ? { isError } : {}),
  };
  if (text.length >= longJson) {
    rememberJson(
      result,
      `{"content":${JSON.stringify(result.content)},"structuredContent":${text}${isError ? ',"isError":true' : ''}}`,
    );
  }
  return result;
}

/** A failure as a tool result that a model can act on. Returned instead of a JSON-RPC error, so that the model gets to see it. */
export function failureResult(error: unknown): CallToolResult {
  const report = { ...errorReport(error) };
  return { content: [{ type: 'text', text: JSON.stringify(report) }], structuredContent: report, isError: true };
}

/** What an answer says that is the one of an earlier call. @param firstSentAt Unix time in milliseconds. */
function repetitionOf(firstSentAt: number): { firstSentAt: string; note: string } {
  return {
    firstSentAt: new Date(firstSentAt).toISOString(),
    note: 'The same call was sent then; this is its answer, and nothing was sent now. To send it again, call with repeat: true.',
  };
}
