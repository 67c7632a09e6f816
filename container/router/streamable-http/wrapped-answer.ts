import type { RequestsInFlight } from '../requests-in-flight.ts';
import type { ClientEventStream } from './client-event-stream.ts';
import { HeldBytes, type WorkspaceHoldRoom } from './held-bytes.ts';
import type { InstanceAnswerSink } from './whole-answer.ts';

const eventStart = Buffer.from('event: message\ndata: ');
const eventEnd = Buffer.from('\n\n');
const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const space = 0x20;

/**
 * An answer with an end whose client holds an event stream already, because it had to wait: each message becomes an event. An HTTP
 * error becomes a JSON-RPC error for every request that waits, because a status can not be said any more.
 */
export class WrappedAnswer implements InstanceAnswerSink {
  readonly #stream: ClientEventStream;
  readonly #status: number;
  readonly #inFlight: RequestsInFlight;
  readonly #held: HeldBytes;
  /** The answer is too long to be held and goes out as one event while it comes. */
  #passes = false;

  constructor(stream: ClientEventStream, status: number, inFlight: RequestsInFlight, room: WorkspaceHoldRoom) {
    this.#stream = stream;
    this.#status = status;
    this.#inFlight = inFlight;
    this.#held = new HeldBytes(room);
  }

  write(chunk: Buffer): boolean {
    if (!this.#passes) {
      if (this.#held.add(chunk)) return true;
      this.#passes = true;
      this.#stream.write(eventStart);
      for (const each of this.#held.release()) this.#stream.write(inOneLine(each));
    }
    return this.#stream.write(inOneLine(chunk));
  }

  end(): boolean {
    if (this.#passes) {
      this.#stream.write(eventEnd);
      return this.#inFlight.size === 0;
    }
    const messages = messagesIn(Buffer.concat(this.#held.release()));
    for (const message of messages) {
      if (this.#status >= 300) this.#tellError(message);
      else this.#stream.write(Buffer.concat([eventStart, Buffer.from(JSON.stringify(message)), eventEnd]));
    }
    return this.#inFlight.size === 0;
  }

  cut(): boolean {
    this.#held.release();
    if (this.#stream.endAnswer()) return true;
    this.#stream.cut();
    return false;
  }

  #tellError(message: unknown): void {
    const error = typeof message === 'object' && message !== null && 'error' in message ? message.error : undefined;
    if (error === undefined) return;
    for (const id of this.#inFlight.ids()) {
      this.#stream.tell(JSON.stringify({ jsonrpc: '2.0', id, error }));
      this.#inFlight.answered(id, true);
    }
  }
}

/** JSON has line breaks between its tokens only, where a space means the same. */
function inOneLine(bytes: Buffer): Buffer {
  if (!bytes.includes(lineFeed) && !bytes.includes(carriageReturn)) return bytes;
  return Buffer.from(bytes.map((byte) => (byte === lineFeed || byte === carriageReturn ? space : byte)));
}

function messagesIn(body: Buffer): unknown[] {
  if (body.length === 0) return [];
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'));
    return Array.isArray(parsed) ? parsed : [parsed];
  } catch {
    return [];
  }
}
