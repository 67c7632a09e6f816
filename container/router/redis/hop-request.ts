import { request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import type { ForwardedAnswer } from '../sessions/session-holder.ts';

/** How other routers reach a router. The secret lives in Redis and in memory only. */
export interface RouterAddress {
  url: string;
  secret: string;
}

/** A `POST` from one router to another. */
export interface HopRequest {
  path: string;
  headers: OutgoingHttpHeaders;
  body: Buffer;
  /** How long it may take until the connection stands, in milliseconds. */
  connectTimeoutMs: number;
  /** How long the answer may take once the connection stands, in milliseconds. */
  answerTimeoutMs: number;
}

/** `not-reached`: nothing of the request arrived. `lost`: the connection broke later, so that it may have arrived. */
export type HopAnswer = ForwardedAnswer | 'not-reached' | 'lost';

export const routerSecretHeader = 'x-router-secret';

const maxAnswerBytes = 4 * 1024 * 1024;

/** Sends a request to another router. Never rejects. */
export function requestRouter(
  { url, secret }: RouterAddress,
  { path, headers, body, connectTimeoutMs, answerTimeoutMs }: HopRequest,
): Promise<HopAnswer> {
  return new Promise((resolve) => {
    let isConnected = false;
    const { hostname, port } = new URL(url);
    const sent = httpRequest({
      ...{ hostname: hostname.replace(/^\[|\]$/g, ''), port, path, method: 'POST', agent: false },
      headers: { ...headers, [routerSecretHeader]: secret, 'content-length': body.length },
    });
    const give = (answer: HopAnswer) => {
      clearTimeout(timer);
      resolve(answer);
    };
    const fail = () => {
      sent.destroy();
      give(isConnected ? 'lost' : 'not-reached');
    };
    let timer = setTimeout(fail, connectTimeoutMs);
    sent.on('socket', (socket) =>
      socket.once('connect', () => {
        isConnected = true;
        clearTimeout(timer);
        timer = setTimeout(fail, answerTimeoutMs);
      }),
    );
    sent.on('error', fail);
    sent.on('response', (response) => {
      readAnswer(response).then(give, fail);
    });
    sent.end(body);
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
