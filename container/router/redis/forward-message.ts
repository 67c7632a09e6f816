import { request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { splitTarget } from '../doors.ts';
import { refusals } from '../refusal.ts';
import type { ForwardedAnswer, MessageToForward } from '../sessions/session-holder.ts';

/** How other routers reach a router. The secret lives in Redis and in memory only. */
export interface RouterAddress {
  url: string;
  secret: string;
}

export const routerSecretHeader = 'x-router-secret';

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
const connectTimeoutMs = 1_000;
const maxAnswerBytes = 1024 * 1024;

/**
 * Sends a client's message to another router and answers what that one says. `undefined` where it could not be reached, so that
 * nothing of the message arrived. Where the connection breaks later, the message may have arrived: it is not for this router to send
 * it a second time, and its outcome is unknown.
 */
export function forwardMessage(
  { url, secret }: RouterAddress,
  { request: original, body }: MessageToForward,
  answerTimeoutMs: number,
): Promise<ForwardedAnswer | undefined> {
  return new Promise((resolve) => {
    let isConnected = false;
    const headers: OutgoingHttpHeaders = { [routerSecretHeader]: secret, 'content-length': body.length };
    for (const [name, value] of Object.entries(original.headers)) {
      if (forwardedHeaders.includes(name) || name.startsWith('mcp-')) headers[name] = value;
    }
    // The target of the original may be a whole URL; only its path counts here.
    const { path } = splitTarget(original.url ?? '/');
    const { hostname, port } = new URL(url);
    const to = { hostname: hostname.replace(/^\[|\]$/g, ''), port, path };
    const forwarded = httpRequest({ ...to, method: 'POST', headers, agent: false });
    const give = (answer: ForwardedAnswer | undefined) => {
      clearTimeout(timer);
      resolve(answer);
    };
    const fail = () => {
      forwarded.destroy();
      give(isConnected ? lostAnswer() : undefined);
    };
    let timer = setTimeout(fail, connectTimeoutMs);
    forwarded.on('socket', (socket) =>
      socket.once('connect', () => {
        isConnected = true;
        clearTimeout(timer);
        timer = setTimeout(fail, answerTimeoutMs);
      }),
    );
    forwarded.on('error', fail);
    forwarded.on('response', (response) => {
      readAnswer(response).then(give, fail);
    });
    forwarded.end(body);
  });
}

async function readAnswer(response: IncomingMessage): Promise<ForwardedAnswer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxAnswerBytes) throw new Error('the other router answered too much');
    chunks.push(chunk);
  }
  return { status: response.statusCode ?? 502, headers: response.headers, body: Buffer.concat(chunks) };
}

function lostAnswer(): ForwardedAnswer {
  const { status } = refusals.outcomeUnknown;
  return { status, headers: { 'content-type': 'application/json' }, body: Buffer.from(refusals.outcomeUnknown.body(null)) };
}
