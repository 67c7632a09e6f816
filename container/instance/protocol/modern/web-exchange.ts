import type { IncomingMessage, ServerResponse } from 'node:http';
import { AnswerStream } from './answer-stream.ts';
import type { ExchangeTimes } from './exchange-times.ts';

export interface AnswerEdits {
  /** Changes a body that is one JSON text before it is sent. */
  edit?(json: string): string;
  /** A message to send at the end of a stream, where there is one by then. */
  lastMessage?(): string | undefined;
}

/** The headers that the SDK or a handler looks at. All others, the token first of all, end at the door. */
const passedHeaders = /^(?:accept|content-type|mcp-method|mcp-name|mcp-param-.+|mcp-protocol-version|x-request-id)$/;

/**
 * A request of Node as one of the Fetch standard, without its body.
 * @param signal Aborted when the client has left.
 */
export function webRequestOf(request: IncomingMessage, signal: AbortSignal): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    if (typeof value === 'string' && passedHeaders.test(name)) headers.set(name, value);
  }
  // Nothing reads the URL, but the standard wants one.
  const web = new Request('http://instance/mcp', { method: request.method ?? 'POST', headers });
  // A signal handed to the constructor is followed by one of its own, which takes as long as all the rest of a call and lives longer.
  return Object.defineProperty(web, 'signal', { value: signal });
}

/**
 * Sends a response of the Fetch standard as a response of Node.
 * @returns when everything is sent or the client has left.
 */
export async function sendWebResponse(
  answer: Promise<Response>,
  response: ServerResponse,
  { streamAfterMs, keepAliveMs }: ExchangeTimes,
  { edit, lastMessage }: AnswerEdits = {},
): Promise<void> {
  const stream = new AnswerStream(response, keepAliveMs);
  const silence = setTimeout(() => stream.open(), streamAfterMs);
  silence.unref();
  try {
    const web = await answer;
    if (web.body !== null && web.headers.get('content-type') === 'text/event-stream') {
      stream.open();
      await stream.pipe(web.body);
      const last = lastMessage?.();
      if (last !== undefined) await stream.send(last);
      return;
    }
    const body = await web.text();
    const text = edit?.(body) ?? body;
    if (stream.isOpen) await stream.send(text);
    else if (!response.destroyed) sendText(response, web, text);
  } finally {
    clearTimeout(silence);
    stream.end();
  }
}

function sendText(response: ServerResponse, { status, headers }: Response, text: string): void {
  const own = { 'content-length': Buffer.byteLength(text), 'x-accel-buffering': 'no' };
  response.writeHead(status, { ...Object.fromEntries(headers), ...own }).end(text);
}
