import type { IncomingMessage } from 'node:http';
import { ProblemError } from '../../core/problem.ts';
import { maximumBodyBytes } from '../../functions/api/middleware/json-body.ts';

export interface HeldBody {
  content: Buffer;
  /** Gives its memory back to the budget. Idempotent. */
  release(): void;
}

export interface BodyLimits {
  /** Largest body of one request, in bytes. */
  maximumBytes?: number;
  /** Memory that all bodies together may take at one time, in bytes. */
  totalBytes?: number;
}

/** What a piece of a body costs beside its bytes: a client may send a megabyte in pieces of one byte, each an object of ours. */
const pieceOverheadBytes = 256;

/** The client left before its body was whole: nobody is there to answer. */
export class ClientLeftError extends Error {
  override readonly name = 'ClientLeftError';
}

/** Reads the bodies of requests into memory, each within a limit and all together within a budget. */
export class RequestBodies {
  readonly #maximumBytes: number;
  readonly #totalBytes: number;
  #heldBytes = 0;

  constructor({ maximumBytes = maximumBodyBytes, totalBytes = 64 * 1024 * 1024 }: BodyLimits = {}) {
    this.#maximumBytes = maximumBytes;
    this.#totalBytes = totalBytes;
  }

  /**
   * Reads the whole body; the caller releases it when it is no longer needed. What the headers give away is refused before anything
   * is read. Rejects with ProblemError `body-too-large`, `unsupported-media-type` or `not-available` (the budget is spent), and with
   * {@link ClientLeftError}; the rest of a refused body is left unread.
   */
  async read(request: IncomingMessage): Promise<HeldBody> {
    const encoding = request.headers['content-encoding'];
    if (encoding !== undefined && encoding !== 'identity') {
      throw new ProblemError('unsupported-media-type', { detail: 'Send the body without Content-Encoding.' });
    }
    if (Number(request.headers['content-length'] ?? 0) > this.#maximumBytes) throw tooLarge();
    return await this.#collect(request);
  }

  #collect(request: IncomingMessage): Promise<HeldBody> {
    return new Promise((resolve, reject) => {
      const pieces: Buffer[] = [];
      let size = 0;
      let cost = 0;
      const release = () => {
        this.#heldBytes -= cost;
        cost = 0;
      };
      const ignoreRest = () => request.off('data', onData).off('end', onEnd).off('close', onClose);
      const giveUp = (reason: Error) => {
        ignoreRest();
        request.pause();
        release();
        reject(reason);
      };
      const onData = (piece: Buffer) => {
        const pieceCost = piece.length + pieceOverheadBytes;
        if (size + piece.length > this.#maximumBytes) return giveUp(tooLarge());
        if (this.#heldBytes + pieceCost > this.#totalBytes) return giveUp(tooBusy());
        size += piece.length;
        cost += pieceCost;
        this.#heldBytes += pieceCost;
        pieces.push(piece);
      };
      const onEnd = () => {
        ignoreRest();
        resolve({ content: Buffer.concat(pieces, size), release });
      };
      const onClose = () => giveUp(new ClientLeftError('the client left before its request was whole'));
      request.on('data', onData).once('end', onEnd).once('close', onClose);
      request.on('error', () => {}); // What broke the connection matters to nobody; its end is what counts.
      if (request.destroyed) onClose();
    });
  }
}

function tooLarge(): ProblemError {
  return new ProblemError('body-too-large', { detail: 'A body may have up to 1 MB.' });
}

function tooBusy(): ProblemError {
  return new ProblemError('not-available', {
    detail: 'The service is reading too many requests at the moment. Try again in a few seconds.',
    retryAfter: 5,
  });
}
