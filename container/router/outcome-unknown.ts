import type { RpcId } from './refusal.ts';

/** A request whose answer was lost together with the process that had it. */
export interface LostRequest {
  id: RpcId;
  /** Whether it was a `tools/call`. */
  isCall: boolean;
  /** Whether it belongs to revision 2026-07-28, in which every result says of what type it is. */
  isStateless?: boolean;
}

const message =
  'The instance ended before it answered this request. It was handed over, so it may have been carried out or not, and it was not ' +
  'sent again.';
const nextStep =
  'Read the present state at Smartlead first, and call again only if the change is missing. Do not simply repeat the call.';

const report = { code: 'outcome_unknown', message, retryable: false, nextStep };
const resultFields = JSON.stringify({
  content: [{ type: 'text', text: JSON.stringify(report) }],
  structuredContent: report,
  isError: true,
}).slice(1);
const errorJson = JSON.stringify({
  code: -32000,
  message,
  data: { reason: 'outcome_unknown', retry: false, nextStep },
});

/**
 * The JSON-RPC response to a request that must not be made twice and whose outcome nobody knows, as one line. A lost call gets a
 * result in the shape of the instance's own error reports, because models get to see results; any other request gets an error.
 */
export function outcomeUnknownResponse({ id, isCall, isStateless = false }: LostRequest): string {
  const start = `{"jsonrpc":"2.0","id":${JSON.stringify(id)},`;
  if (!isCall) return `${start}"error":${errorJson}}`;
  return `${start}"result":{${isStateless ? '"resultType":"complete",' : ''}${resultFields}}`;
}
