import type { ServerResponse } from 'node:http';

/** A response as a stream of server-sent events that waits for a slow reader and tells proxies, by comments, that it is alive. */
export class AnswerStream {
  readonly #response: ServerResponse;
  readonly #keepAliveMs: number;
  /** How much the client had taken off the line when the last comment was due, while more of it waited. */
  #stalledAt: number | undefined;
  #keepAlive: NodeJS.Timeout | undefined;
  /** One for all that wait: what is sent without waiting may be much. */
  #room: Promise<void> | undefined;

  /** Nothing is sent yet. @param keepAliveMs Time between two comments. */
  constructor(response: ServerResponse, keepAliveMs: number) {
    this.#response = response;
    this.#keepAliveMs = keepAliveMs;
  }

  get isOpen(): boolean {
    return this.#keepAlive !== undefined;
  }

  /** Sends the headers, unless that is done or the client has left. */
  open(): void {
    if (this.isOpen || this.#response.destroyed) return;
    this.#response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
    this.#response.flushHeaders();
    this.#keepAlive = setInterval(() => this.#comment(), this.#keepAliveMs);
    this.#keepAlive.unref();
    this.#response.once('close', () => clearInterval(this.#keepAlive));
  }

  /** Sends one JSON-RPC message. */
  async send(json: string): Promise<void> {
    await this.#write(`event: message\ndata: ${json}\n\n`);
  }

  /** Passes events on, no faster than the client reads them, until there are no more. A client that leaves ends them at their source. */
  async pipe(events: ReadableStream<Uint8Array>): Promise<void> {
    const reader = events.getReader();
    const stop = () => void reader.cancel().catch(() => undefined);
    this.#response.once('close', stop);
    if (this.#response.destroyed) stop();
    for (let part = await reader.read(); !part.done; part = await reader.read()) await this.#write(part.value);
    this.#response.off('close', stop);
  }

  end(): void {
    clearInterval(this.#keepAlive);
    if (this.isOpen && !this.#response.destroyed) this.#response.end();
  }

  /** @returns when there is room for more, or the client has left. */
  async #write(data: string | Uint8Array): Promise<void> {
    if (this.#response.destroyed || this.#response.write(data)) return;
    this.#room ??= new Promise((resolve) => {
      const go = () => {
        this.#response.off('drain', go).off('close', go);
        this.#room = undefined;
        resolve();
      };
      this.#response.once('drain', go).once('close', go);
    });
    await this.#room;
  }

  /** To a client that has not read what was sent before, another comment says nothing; one that takes nothing at all is gone. */
  #comment(): void {
    const { destroyed, writableNeedDrain, writableLength, socket } = this.#response;
    if (destroyed) return;
    if (!writableNeedDrain) {
      this.#stalledAt = undefined;
      this.#response.write(': keep-alive\n\n');
      return;
    }
    const taken = (socket?.bytesWritten ?? 0) - writableLength;
    if (taken === this.#stalledAt) this.#response.destroy();
    this.#stalledAt = taken;
  }
}
