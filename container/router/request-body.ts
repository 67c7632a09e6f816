import type { IncomingMessage } from 'node:http';
import type { BodyDeadlines } from './body-deadlines.ts';
import type { PostLease } from './post-allowance.ts';
import { bodyTooLarge, type Refusal, refusals } from './refusal.ts';

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
  return length !== undefined && Number(length) > maxBytes ? bodyTooLarge(maxBytes) : undefined;
}

/** How a body may be received. */
export interface BodyTerms {
  maxBytes: number;
  deadlines: BodyDeadlines;
  lease: PostLease;
}

/** Reads the whole body and hands it over once. Hands over nothing where the client leaves before the end. */
export function readBody(
  request: IncomingMessage,
  { maxBytes, deadlines, lease }: BodyTerms,
  receive: (body: Buffer | Refusal) => void,
): void {
  const received = new ReceivedBytes(maxBytes, lease);
  const stop = () => {
    deadlines.end(deadline);
    request.off('data', onData);
    request.off('end', onEnd);
    request.off('close', stop);
  };
  const refuse = (refusal: Refusal) => {
    stop();
    lease.releaseBody();
    receive(refusal);
  };
  const onData = (chunk: Buffer) => {
    const refusal = received.add(chunk);
    if (refusal !== undefined) refuse(refusal);
  };
  const onEnd = () => {
    stop();
    receive(received.bytes);
  };
  const deadline = deadlines.begin(() => refuse(refusals.bodyTimedOut));
  request.on('data', onData);
  request.on('end', onEnd);
  request.on('close', stop);
}

const firstCapacity = 64 * 1024;

/**
 * The bytes of a body so far, in one buffer that doubles when it is full. A list of the chunks would cost a client that sends
 * single bytes nothing and us a hundred bytes for each. The lease counts what is allocated, not what was sent.
 */
class ReceivedBytes {
  readonly #maxBytes: number;
  readonly #lease: PostLease;
  #buffer: Buffer | undefined;
  #size = 0;

  constructor(maxBytes: number, lease: PostLease) {
    this.#maxBytes = maxBytes;
    this.#lease = lease;
  }

  get bytes(): Buffer {
    return this.#buffer?.subarray(0, this.#size) ?? Buffer.alloc(0);
  }

  /** Answers the refusal where there is no room for the chunk. */
  add(chunk: Buffer): Refusal | undefined {
    const size = this.#size + chunk.length;
    if (size > this.#maxBytes) return bodyTooLarge(this.#maxBytes);
    const present = this.#buffer;
    if (present === undefined) {
      // Nearly every message comes in one piece, which is kept as it is.
      const refusal = this.#lease.hold(chunk.length);
      if (refusal === undefined) this.#buffer = chunk;
      this.#size = size;
      return refusal;
    }
    if (size > present.length) {
      const capacity = Math.min(this.#maxBytes, Math.max(firstCapacity, size, 2 * present.length));
      const refusal = this.#lease.hold(capacity);
      if (refusal !== undefined) return refusal;
      this.#buffer = Buffer.allocUnsafeSlow(capacity);
      present.copy(this.#buffer, 0, 0, this.#size);
    }
    chunk.copy(this.#buffer as Buffer, this.#size);
    this.#size = size;
    return undefined;
  }
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
