import type { OutgoingHttpHeaders } from 'node:http';
import { splitTarget } from '../doors.ts';
import { refusals } from '../refusal.ts';
import type { ForwardedAnswer, MessageToForward } from '../sessions/session-holder.ts';
import { type HopRequest, type RouterAddress, requestRouter } from './hop-request.ts';

/** What the other router needs to judge the request as if the client had come to it: the credentials too. */
const forwardedHeaders = [
  'accept',
  'authorization',
  'content-type',
  'host',
  'traceparent',
  'tracestate',
  'user-agent',
  'x-api-key',
  'x-request-id',
];

/**
 * Sends a client's message to another router and answers what that one says. `undefined` where that one did not look at it: it could not
 * be reached, does not have the session, or is going away. Where the connection breaks later, the message may have arrived: it is not
 * for this router to send it a second time, and its outcome is unknown.
 */
export async function forwardMessage(
  address: RouterAddress,
  { request: original, body }: MessageToForward,
  timeouts: Pick<HopRequest, 'connectTimeoutMs' | 'answerTimeoutMs'>,
): Promise<ForwardedAnswer | undefined> {
  const headers: OutgoingHttpHeaders = {};
  for (const [name, value] of Object.entries(original.headers)) {
    if (forwardedHeaders.includes(name) || name.startsWith('mcp-')) headers[name] = value;
  }
  // The target of the original may be a whole URL; only its path counts here.
  const { path } = splitTarget(original.url ?? '/');
  const answer = await requestRouter(address, { path, headers, body, ...timeouts });
  if (answer === 'not-reached') return undefined;
  if (answer === 'lost') return lostAnswer();
  return isNotTaken(answer) ? undefined : answer;
}

/** Whether the other router says that it did nothing with the message and that another one might. */
function isNotTaken({ status, body }: ForwardedAnswer): boolean {
  if (status === refusals.sessionNotHere.status) return true;
  return status === refusals.closing.status && body.includes(`"reason":"${refusals.closing.reason}"`);
}

function lostAnswer(): ForwardedAnswer {
  const { status } = refusals.outcomeUnknown;
  return { status, headers: { 'content-type': 'application/json' }, body: Buffer.from(refusals.outcomeUnknown.body(null)) };
}
