import type { ServerResponse } from 'node:http';

const keepAliveMs = 15_000;
/** A client that leaves this much unread is gone or broken; holding more for it would cost the others their memory. */
const mostUnreadBytes = 16 * 1024 * 1024;

/** A response as a stream of server-sent events. Writing to a stream whose client has left does nothing. */
export class EventStream {
  readonly #response: ServerResponse;
  readonly #keepAlive: NodeJS.Timeout;

  /** Sends the headers at once and a comment every 15 s, so that no proxy takes the silence for death. */
  constructor(response: ServerResponse, headers: Record<string, string> = {}) {
    this.#response = response;
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
      ...headers,
    });
    response.flushHeaders();
    this.#keepAlive = setInterval(() => this.#write(': keep-alive\n\n'), keepAliveMs);
    this.#keepAlive.unref();
    response.once('close', () => clearInterval(this.#keepAlive));
  }

  /** Whether the client can still read. */
  get open(): boolean {
    return !this.#response.destroyed && !this.#response.writableEnded;
  }

  /** @param data One line of text; JSON has no line breaks of its own. */
  send(event: string, data: string): void {
    this.#write(`event: ${event}\ndata: ${data}\n\n`);
  }

  end(): void {
    clearInterval(this.#keepAlive);
    if (this.open) this.#response.end();
  }

  #write(text: string): void {
    if (!this.open) {
      clearInterval(this.#keepAlive);
      return;
    }
    this.#response.write(text);
    if (this.#response.writableLength > mostUnreadBytes) this.#response.destroy();
  }
}
