import { type ClientRequest, type IncomingMessage, request } from 'node:http';

interface RpcAnswer {
  id?: unknown;
  result?: unknown;
  error?: unknown;
}

/** An event stream as it comes over the wire, read by a client that knows nothing of sessions. */
export class EventReader {
  readonly #request: ClientRequest;
  readonly #events: { event: string; data: string }[] = [];
  #unread = '';
  text = '';
  ended = false;
  /** Of the last event that had one. A browser's EventSource and the SDKs name it when they open the stream again; n8n's does not. */
  lastEventId = '';

  private constructor(outgoing: ClientRequest, response: IncomingMessage) {
    this.#request = outgoing;
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => this.#read(chunk));
    response.on('error', () => {
      this.ended = true;
    });
    response.on('close', () => {
      this.ended = true;
    });
  }

  static open(url: string, token: string, headers: Record<string, string> = {}): Promise<EventReader> {
    return new Promise((resolve, reject) => {
      const outgoing = request(url, {
        agent: false,
        headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream', ...headers },
      });
      outgoing.on('error', reject);
      outgoing.on('response', (response) => {
        if (response.statusCode === 200) resolve(new EventReader(outgoing, response));
        else reject(new Error(`the stream was answered with ${response.statusCode}`));
      });
      outgoing.end();
    });
  }

  /** Data of the next event of this name, which may have come already. */
  async next(event: string, withinMs = 15_000): Promise<string> {
    return this.#wait(() => this.#events.find((each) => each.event === event)?.data, `an event ${event}`, withinMs);
  }

  /** Data of the last event of this name so far. */
  last(event: string): string | undefined {
    return this.#events.findLast((each) => each.event === event)?.data;
  }

  /** The answer to a request. */
  async answer(id: number, withinMs = 15_000): Promise<RpcAnswer> {
    return this.#wait(() => this.#answerTo(id), `the answer to ${id}`, withinMs);
  }

  /** Whether the answer to a request has come. */
  hasAnswered(id: number): boolean {
    return this.#answerTo(id) !== undefined;
  }

  /** Cuts the connection without a word. */
  cut(): void {
    this.#request.destroy();
  }

  #answerTo(id: number): RpcAnswer | undefined {
    for (const { data } of this.#events) {
      if (!data.startsWith('{')) continue;
      const message = JSON.parse(data) as RpcAnswer;
      if (message.id === id && ('result' in message || 'error' in message)) return message;
    }
    return undefined;
  }

  #read(chunk: string): void {
    this.text += chunk;
    this.#unread += chunk;
    for (let end = this.#unread.indexOf('\n\n'); end !== -1; end = this.#unread.indexOf('\n\n')) {
      const lines = this.#unread.slice(0, end).split('\n');
      this.#unread = this.#unread.slice(end + 2);
      const field = (name: string) =>
        lines
          .find((line) => line.startsWith(`${name}:`))
          ?.slice(name.length + 1)
          .trimStart();
      const data = field('data');
      this.lastEventId = field('id') ?? this.lastEventId;
      if (data !== undefined) this.#events.push({ event: field('event') ?? 'message', data });
    }
  }

  async #wait<Found>(find: () => Found | undefined, what: string, withinMs: number): Promise<Found> {
    const deadline = performance.now() + withinMs;
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      if (this.ended || performance.now() > deadline) {
        throw new Error(
          `${this.ended ? 'the stream ended' : `waited ${withinMs} ms`} without ${what}; it said: ${this.text.slice(-500)}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}
