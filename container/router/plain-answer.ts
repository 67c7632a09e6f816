import type { ServerResponse } from 'node:http';
import { AnswerScanner } from './answer-scanner.ts';
import type { RequestsInFlight } from './requests-in-flight.ts';

/** How an instance's answer reaches the client. */
export interface ClientAnswer {
  /** Passes bytes on. Answers whether more may come before the client has read these. */
  write(chunk: Buffer): boolean;
  /** The instance completed its answer. Answers `false` where that leaves the client without the result it was owed. */
  end(): boolean;
  /** The instance was lost in the middle. Answers `false` where the client was sent nothing yet and can still be told. */
  cut(): boolean;
}

export interface PlainAnswerHead {
  status: number;
  /** Name and value in turn. */
  headers: string[];
  contentLength: number | undefined;
}

/** An answer with an end, such as one JSON-RPC response. The head goes out with the first bytes, so an empty answer can be told from a result. */
export class PlainAnswer implements ClientAnswer {
  readonly #response: ServerResponse;
  readonly #head: PlainAnswerHead;
  readonly #inFlight: RequestsInFlight;
  readonly #owesResult: boolean;
  readonly #scanner: AnswerScanner | undefined;

  constructor(response: ServerResponse, head: PlainAnswerHead, inFlight: RequestsInFlight, owesResult: boolean) {
    this.#response = response;
    this.#head = head;
    this.#inFlight = inFlight;
    this.#owesResult = owesResult && head.status < 300;
    if (inFlight.size > 0) this.#scanner = new AnswerScanner((id, isError) => inFlight.answered(id, isError));
  }

  write(chunk: Buffer): boolean {
    this.#scanner?.push(chunk);
    if (!this.#response.headersSent) {
      this.#response.writeHead(this.#head.status, this.#head.headers);
      if (this.#head.contentLength === chunk.length) {
        this.#response.end(chunk);
        return true;
      }
    }
    return this.#response.write(chunk);
  }

  end(): boolean {
    this.#inFlight.failAll();
    if (!this.#response.headersSent) {
      if (this.#owesResult) return false;
      this.#response.writeHead(this.#head.status, this.#head.headers);
    }
    if (!this.#response.writableEnded) this.#response.end();
    return true;
  }

  cut(): boolean {
    if (!this.#response.headersSent) return false;
    this.#inFlight.failAll();
    // Not a clean end: half an answer must not look like a whole one.
    this.#response.destroy();
    return true;
  }
}
