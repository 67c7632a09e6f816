import type { ServerResponse } from 'node:http';
import { EventStream, retryHint } from './event-stream.ts';
import type { ReplayBuffer } from './replay-buffer.ts';

export interface ReplayedStreamOptions {
  /** Names the stream within its session, such as `post-3`. */
  name: string;
  buffer: ReplayBuffer;
  headers: Record<string, string>;
  /** Whether the client understands an event without data, which tells it at once where to resume (since revision 2025-11-25). */
  primes: boolean;
}

/**
 * A stream of events that outlives its connections: what is sent while there is none, or while it is breaking, can be had later by
 * naming the last event that arrived.
 */
export class ReplayedStream {
  readonly name: string;
  readonly #buffer: ReplayBuffer;
  readonly #headers: Record<string, string>;
  readonly #primes: boolean;
  #connection: EventStream | undefined;
  /** Whether the client was told a place to resume at. */
  #hasCursor = false;
  /** Since when there is no connection; undefined while there is one. */
  #disconnectedAt: number | undefined;
  #finished = false;

  constructor({ name, buffer, headers, primes }: ReplayedStreamOptions) {
    this.name = name;
    this.#buffer = buffer;
    this.#headers = headers;
    this.#primes = primes;
  }

  get connected(): boolean {
    return this.#connection !== undefined;
  }

  /** Whether the client can come back for what it missed. */
  get resumable(): boolean {
    return this.#hasCursor && this.#buffer.knows(this.name);
  }

  /** Whether everything was said. */
  get finished(): boolean {
    return this.#finished;
  }

  /** Whether nobody has been connected for so many milliseconds. */
  isForsaken(now: number, afterMs: number): boolean {
    return this.#disconnectedAt !== undefined && now - this.#disconnectedAt >= afterMs;
  }

  /**
   * Takes a response as the connection from now on, in the place of an earlier one: after a cut, that is a corpse nobody has noticed
   * yet.
   * @param missed Events to send again first.
   */
  connect(response: ServerResponse, missed: readonly { id: string; data: string }[] = []): void {
    this.disconnect();
    const connection = new EventStream(response, this.#headers);
    this.#connection = connection;
    this.#disconnectedAt = undefined;
    response.once('close', () => {
      if (this.#connection === connection) this.#lost();
    });
    const position = this.#buffer.position(this.name);
    if (this.#primes && missed.length === 0) {
      connection.send({ data: '', id: position, retry: retryHint() });
      this.#hasCursor = true;
    }
    for (const event of missed) connection.send(event);
    if (this.#finished) this.disconnect();
  }

  /** Sends an event and keeps it. */
  send(data: string): void {
    const id = this.#buffer.record(this.name, data);
    if (this.#connection === undefined) return;
    this.#hasCursor = true;
    this.#connection.send({ data, id });
  }

  /** Sends an event that is worth nothing later. */
  sendUnkept(data: string): void {
    this.#connection?.send({ data });
  }

  /** Ends the connection, not the stream. */
  disconnect(retry?: number): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    this.#lost();
    connection.end(retry);
  }

  /** Breaks the connection to a client that is gone. */
  destroyConnection(): void {
    this.#connection?.destroy();
  }

  /** Everything was said. What was kept can still be had. */
  end(retry?: number): void {
    this.#finished = true;
    this.disconnect(retry);
    this.#disconnectedAt = Date.now();
  }

  #lost(): void {
    this.#connection = undefined;
    this.#disconnectedAt = Date.now();
  }
}
