import type { ServerResponse } from 'node:http';

/** A proxy that hears nothing for longer may take the stream for dead. The beat is slower than this by at most one beat. */
const keepAliveMs = 10_000;
const beatMs = 5_000;
/** A client that takes nothing off the line for this long is gone: a living one empties its buffer while it sleeps, too. */
const stalledMs = 30_000;
/** A client that leaves this much unread is gone or broken; holding more for it would cost the others their memory. */
const mostUnreadBytes = 16 * 1024 * 1024;

/** Every stream of the process that is open. One timer serves them all. */
const openStreams = new Set<EventStream>();
let beat: NodeJS.Timeout | undefined;

export interface ServerSentEvent {
  /** One line of text; JSON has no line breaks of its own. */
  data: string;
  /** `message` where it is missing, which is what clients take an event without a name for. */
  event?: string;
  /** Where the client resumes after a cut. */
  id?: string;
  /** Milliseconds the client shall wait before it connects again. */
  retry?: number;
}

/** A response as a stream of server-sent events. Writing to a stream whose client has left does nothing. */
export class EventStream {
  readonly #response: ServerResponse;
  #wroteAt = Date.now();
  /** How much the client had taken off the line, and when it last took some or had nothing to take. */
  #takenBytes = 0;
  #tookAt = Date.now();
  /** What is written with the end of this turn of the event loop. */
  #held = '';

  /** Sends the headers at once, and from now on a comment in every silence, so that no proxy takes it for death. */
  constructor(response: ServerResponse, headers: Record<string, string> = {}) {
    this.#response = response;
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
      ...headers,
    });
    response.flushHeaders();
    openStreams.add(this);
    if (beat === undefined) {
      beat = setInterval(beatAll, beatMs);
      beat.unref();
    }
  }

  /** Whether the client can still read. */
  get open(): boolean {
    return !this.#response.destroyed && !this.#response.writableEnded;
  }

  send({ data, event = 'message', id, retry }: ServerSentEvent): void {
    // A priming event has no name: it must not be handed out as a message.
    const name = data === '' ? '' : `event: ${event}\n`;
    const place = id === undefined ? '' : `id: ${id}\n`;
    const wait = retry === undefined ? '' : `retry: ${retry}\n`;
    this.#write(`${name}${place}${wait}data: ${data}\n\n`);
  }

  /** Says how many milliseconds a client that loses the stream shall wait before it connects again. */
  hintRetry(retry: number): void {
    this.#write(`retry: ${retry}\n\n`);
  }

  /** Ends the response. @param retry Milliseconds the client shall wait before it connects again. */
  end(retry?: number): void {
    openStreams.delete(this);
    if (!this.open) return;
    const rest = retry === undefined ? this.#held : `${this.#held}retry: ${retry}\n\n`;
    this.#held = '';
    if (rest === '') this.#response.end();
    else this.#response.end(rest);
  }

  /** Breaks the connection: the client has long been gone. */
  destroy(): void {
    openStreams.delete(this);
    this.#response.destroy();
  }

  /** Keeps the stream alive, or gives it up. @returns whether it is still to be watched. */
  beat(now: number): boolean {
    if (!this.open) return false;
    if (this.#isStalled(now)) {
      this.destroy();
      return false;
    }
    if (now - this.#wroteAt >= keepAliveMs) this.#write(': keep-alive\n\n');
    return true;
  }

  #isStalled(now: number): boolean {
    const { bytesWritten = 0, writableLength = 0 } = this.#response.socket ?? {};
    // What was written counts what still waits in memory.
    const takenBytes = bytesWritten - writableLength;
    if (writableLength === 0 || takenBytes !== this.#takenBytes) this.#tookAt = now;
    this.#takenBytes = takenBytes;
    return now - this.#tookAt >= stalledMs;
  }

  /**
   * Holds the text until the event loop has taken in all that has arrived by now, and writes it together with what else is said until
   * then: under load most answers of a session leave several at a time, and a write to a socket costs more than the call it answers.
   */
  #write(text: string): void {
    if (!this.open) return;
    if (this.#held === '') setImmediate(() => this.#flush());
    this.#held += text;
  }

  #flush(): void {
    const text = this.#held;
    this.#held = '';
    if (text === '' || !this.open) return;
    this.#wroteAt = Date.now();
    this.#response.write(text);
    if (this.#response.writableLength > mostUnreadBytes) this.destroy();
  }
}

function beatAll(): void {
  const now = Date.now();
  for (const stream of openStreams) if (!stream.beat(now)) openStreams.delete(stream);
  if (openStreams.size > 0) return;
  clearInterval(beat);
  beat = undefined;
}

/** Milliseconds after which a client that lost its stream comes back: not all of them at the same moment. */
export function retryHint(leastMs = 2_000): number {
  return leastMs + Math.floor(Math.random() * leastMs);
}
