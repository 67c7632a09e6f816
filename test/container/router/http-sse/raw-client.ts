import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { vi } from 'vitest';
import { type Answer, collect, open, post } from '../fixture.ts';
import type { Message } from './fake-process.ts';

export interface ReceivedEvent {
  name: string;
  id: string | undefined;
  data: string;
}

/** A client that does what n8n does, and nothing by itself: one stream, posts to where the last `endpoint` event says. */
export class RawClient {
  readonly #base: string;
  readonly #instanceId: string;
  readonly #headers: OutgoingHttpHeaders;
  #token: string;
  #response: IncomingMessage | undefined;
  #stream: ReturnType<typeof collect> | undefined;
  /** Events of former connections. */
  readonly #former: ReceivedEvent[] = [];
  status = 0;

  constructor(base: string, instance: { id: string; token: string }, headers: OutgoingHttpHeaders = {}) {
    this.#base = base;
    this.#instanceId = instance.id;
    this.#token = instance.token;
    this.#headers = { 'User-Agent': 'undici', ...headers };
  }

  /** Opens the stream and reads where to post. */
  async connect(headers: OutgoingHttpHeaders = {}, base: string = this.#base): Promise<this> {
    this.#former.push(...this.current);
    this.#response = await open(`${base}/i/${this.#instanceId}/sse`, {
      token: this.#token,
      headers: { ...this.#headers, Accept: 'text/event-stream, text/event-stream', ...headers },
    });
    this.status = this.#response.statusCode ?? 0;
    this.#stream = collect(this.#response);
    if (this.status === 200) await this.waitUntil(() => this.current.some(({ name }) => name === 'endpoint'), 'the endpoint');
    return this;
  }

  /** Comes back as n8n does: without a new handshake, but with the header. */
  reconnect(): Promise<this> {
    return this.connect({ 'mcp-protocol-version': '2025-11-25' });
  }

  async handshake(id: string | number = 0): Promise<void> {
    const clientInfo = { name: 'n8n', version: '1' };
    await this.send({ id, method: 'initialize', params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo } });
    await this.waitForAnswer(id);
    await this.send({ method: 'notifications/initialized' });
  }

  send(message: object, token: string = this.#token, base: string = this.#base): Promise<Answer> {
    return post(base + this.endpoint, token, { jsonrpc: '2.0', ...message }, this.#headers);
  }

  call(id: string | number, name: string): Promise<Answer> {
    return this.send({ id, method: 'tools/call', params: { name, arguments: {} } });
  }

  /** The connection breaks. */
  cut(): void {
    this.#response?.destroy();
  }

  get session(): string {
    return new URL(this.endpoint, 'http://router').searchParams.get('sessionId') ?? '';
  }

  get endpoint(): string {
    return this.current.findLast(({ name }) => name === 'endpoint')?.data ?? '';
  }

  get isClosed(): boolean {
    return this.#stream?.ended === true || this.#stream?.aborted === true;
  }

  get text(): string {
    return this.#stream?.text ?? '';
  }

  /** Complete events of the present connection. */
  get current(): ReceivedEvent[] {
    const blocks = this.text.split('\n\n').slice(0, -1);
    return blocks.filter((block) => /^data:/m.test(block)).map(readBlock);
  }

  /** All messages so far, those of former connections included. */
  get messages(): Message[] {
    return [...this.#former, ...this.current].filter(({ name }) => name === 'message').map(({ data }) => JSON.parse(data));
  }

  answersTo(id: string | number): Message[] {
    return this.messages.filter((message) => message.id === id && message.method === undefined);
  }

  async waitForAnswer(id: string | number): Promise<Message> {
    await this.waitUntil(() => this.answersTo(id).length > 0, `the answer to ${id}`);
    return this.answersTo(id)[0] as Message;
  }

  /** Waits for what only the stream can make true. */
  async waitUntil(condition: () => boolean, what: string): Promise<void> {
    await this.#stream?.waitUntil(condition, what);
  }
}

/**
 * From now on no time passes for the router, so that no client is taken for silent because the machine stood still. To be called before
 * any client is there, and followed by `vi.useRealTimers()`.
 */
export function holdSilence(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'], shouldClearNativeTimers: true });
}

/** So long as it takes until a client that says nothing counts as silent, and a little more. */
export function letSilencePass(): void {
  vi.advanceTimersByTime(1_100);
}

function readBlock(block: string): ReceivedEvent {
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
  return { name: field('event') ?? 'message', id: field('id'), data: field('data') ?? '' };
}
