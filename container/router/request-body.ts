import type { IncomingMessage } from 'node:http';
import { type Refusal, refusals } from './refusal.ts';

/** How much of an unwanted body is read and thrown away, so that the client gets to read why it is unwanted. */
const maxDiscardedBytes = 16 * 1024 * 1024;
const maxDiscardMs = 5_000;

/** Why the headers of a body promise nothing we read; `undefined` where they are in order. */
export function refusedByHeaders(request: IncomingMessage, maxBytes: number): Refusal | undefined {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') return refusals.unsupportedMediaType;
  const type = request.headers['content-type'];
  if (type !== 'application/json' && (type === undefined || !isJson(type))) return refusals.unsupportedMediaType;
  const length = request.headers['content-length'];
  return length !== undefined && Number(length) > maxBytes ? refusals.bodyTooLarge : undefined;
}

/** Reads the whole body and hands it over once. Hands over nothing where the client leaves before the end. */
export function readBody(request: IncomingMessage, maxBytes: number, receive: (body: Buffer | Refusal) => void): void {
  let first: Buffer | undefined;
  let chunks: Buffer[] | undefined;
  let size = 0;
  const onData = (chunk: Buffer) => {
    size += chunk.length;
    if (size > maxBytes) {
      request.off('data', onData);
      request.off('end', onEnd);
      receive(refusals.bodyTooLarge);
    } else if (first === undefined) {
      first = chunk;
    } else if (chunks === undefined) {
      chunks = [first, chunk];
    } else {
      chunks.push(chunk);
    }
  };
  const onEnd = () => receive(chunks === undefined ? (first ?? Buffer.alloc(0)) : Buffer.concat(chunks, size));
  request.on('data', onData);
  request.on('end', onEnd);
}

/** Reads what is left of a refused request for a while, then cuts the connection of a client that goes on sending. */
export function discardRest(request: IncomingMessage): void {
  if (request.complete) return;
  let size = 0;
  const cut = () => request.socket.destroy();
  const timer = setTimeout(cut, maxDiscardMs);
  timer.unref();
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > maxDiscardedBytes) cut();
  });
  request.on('close', () => clearTimeout(timer));
  request.on('end', () => clearTimeout(timer));
  request.resume();
}

function isJson(contentType: string): boolean {
  const parametersAt = contentType.indexOf(';');
  const type = parametersAt === -1 ? contentType : contentType.slice(0, parametersAt);
  return type.trim().toLowerCase() === 'application/json';
}
