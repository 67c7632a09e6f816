import type { ServerResponse } from 'node:http';
import { AnswerScanner } from '../answer-scanner.ts';
import { isPlainResult } from '../plain-result.ts';
import type { RequestsInFlight } from '../requests-in-flight.ts';
import type { AnswerHead } from './answer-head.ts';
import { HeldBytes, type WorkspaceHoldRoom } from './held-bytes.ts';
import { endInOneWrite } from './one-write.ts';

/** An answer of an instance on its way to the client. */
export interface InstanceAnswerSink {
  /** Takes bytes. Answers whether more may come before the client has read these. */
  write(chunk: Buffer): boolean;
  /** The instance completed its answer. Answers `false` where there was nothing in it although the client is owed a result. */
  end(): boolean;
  /** The answer broke off. Answers whether the client can still be given another one; otherwise its connection is cut. */
  cut(): boolean;
}

/** Longer answers are passed on as they come: to hold them would cost more than to lose one now and then. */
const mostHeldBytes = 256 * 1024;

/**
 * An answer with an end, such as one JSON-RPC response. One that is owed is held back until it is complete, so that the client never
 * gets the beginning of an answer whose end was lost; nobody can use half a JSON text anyway.
 */
export class WholeAnswer implements InstanceAnswerSink {
  readonly #response: ServerResponse;
  readonly #status: number;
  readonly #head: AnswerHead;
  readonly #inFlight: RequestsInFlight;
  readonly #owesResult: boolean;
  readonly #room: WorkspaceHoldRoom;
  #held: HeldBytes | undefined;
  #scanner: AnswerScanner | undefined;

  /** @param owesResult Whether the client must not be left without one. */
  constructor(
    response: ServerResponse,
    status: number,
    head: AnswerHead,
    inFlight: RequestsInFlight,
    owesResult: boolean,
    room: WorkspaceHoldRoom,
  ) {
    this.#response = response;
    this.#status = status;
    this.#head = head;
    this.#inFlight = inFlight;
    this.#owesResult = owesResult && status < 300;
    this.#room = room;
  }

  write(chunk: Buffer): boolean {
    const { headers, contentLength } = this.#head;
    if (this.#response.headersSent) return this.#pass(chunk);
    if (contentLength === chunk.length) {
      this.#scanWhole(chunk);
      this.#response.writeHead(this.#status, headers);
      endInOneWrite(this.#response, chunk);
      return true;
    }
    if (this.#mayHold) {
      this.#held ??= new HeldBytes(this.#room, mostHeldBytes);
      if (this.#held.add(chunk)) return true;
    }
    this.#response.writeHead(this.#status, headers);
    for (const each of this.#held?.release() ?? []) this.#pass(each);
    return this.#pass(chunk);
  }

  end(): boolean {
    if (!this.#response.headersSent) {
      const chunks = this.#held?.release() ?? [];
      const [first] = chunks;
      const body = chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks);
      if (this.#owesResult && body.length === 0) return false;
      this.#scan(body);
      // What answers nothing may be an error without an id, but not half a text.
      if (this.#owesResult && this.#inFlight.size > 0 && !isJson(body)) return false;
      const { headers, contentLength } = this.#head;
      if (contentLength === undefined && body.length > 0) headers.push('Content-Length', String(body.length));
      this.#response.writeHead(this.#status, headers);
      endInOneWrite(this.#response, body);
    }
    this.#inFlight.failAll();
    if (!this.#response.writableEnded) this.#response.end();
    return true;
  }

  cut(): boolean {
    this.#held?.release();
    if (!this.#response.headersSent) return true;
    this.#inFlight.failAll();
    if (!this.#response.writableEnded) this.#response.destroy();
    return false;
  }

  get #mayHold(): boolean {
    return this.#owesResult && (this.#head.contentLength ?? 0) <= mostHeldBytes;
  }

  #pass(chunk: Buffer): boolean {
    this.#scan(chunk);
    return this.#response.write(chunk);
  }

  #scanWhole(body: Buffer): void {
    const id = this.#inFlight.onlyId;
    if (id !== undefined && isPlainResult(body, id)) this.#inFlight.answered(id, false);
    else this.#scan(body);
  }

  #scan(chunk: Buffer): void {
    if (this.#scanner === undefined) {
      if (this.#inFlight.size === 0) return;
      this.#scanner = new AnswerScanner((id, isError) => this.#inFlight.answered(id, isError));
    }
    this.#scanner.push(chunk);
  }
}

function isJson(body: Buffer): boolean {
  try {
    JSON.parse(body.toString('utf8'));
    return true;
  } catch {
    return false;
  }
}
