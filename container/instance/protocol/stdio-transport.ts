import type { Readable, Writable } from 'node:stream';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { JSONRPCMessage, MessageExtraInfo, RequestId } from '@modelcontextprotocol/sdk/types.js';
import { answeredId, cancelledId, isRequest, parseJson, RefusedRequest, readMessages } from './json-rpc.ts';
import { largestBodyBytes } from './request-body.ts';
import { serialiseMessage } from './serialised-result.ts';

const newline = 10;

/** MCP over standard input and output: one JSON-RPC message a line, and nothing else on the output. */
export class StdioTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: <T extends JSONRPCMessage>(message: T, extra?: MessageExtraInfo) => void;
  readonly #input: Readable;
  readonly #output: Writable;
  readonly #pending = new Set<RequestId>();
  /** Pieces of a line that has not ended yet. Joined once, so a character split over two pieces stays one. */
  #pieces: Buffer[] = [];
  #pieceBytes = 0;
  #whenIdle: (() => void) | undefined;

  constructor(input: Readable, output: Writable) {
    this.#input = input;
    this.#output = output;
  }

  async start(): Promise<void> {
    this.#input.on('data', (chunk: Buffer) => this.#read(chunk));
  }

  async send(message: JSONRPCMessage): Promise<void> {
    const id = answeredId(message);
    if (id !== undefined) this.#pending.delete(id);
    this.#write(serialiseMessage(message));
    if (this.#pending.size === 0) this.#whenIdle?.();
  }

  /** Waits until every request that was read is answered, at most so many milliseconds. */
  drain(longestMs: number): Promise<void> {
    if (this.#pending.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, longestMs);
      this.#whenIdle = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async close(): Promise<void> {
    this.onclose?.();
  }

  #read(chunk: Buffer): void {
    let start = 0;
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
      const line = Buffer.concat([...this.#pieces, chunk.subarray(start, end)]).toString('utf8');
      this.#pieces = [];
      this.#pieceBytes = 0;
      start = end + 1;
      if (line.trim() !== '') this.#receive(line);
    }
    if (start === chunk.length) return;
    this.#pieces.push(chunk.subarray(start));
    this.#pieceBytes += chunk.length - start;
    if (this.#pieceBytes > largestBodyBytes) {
      this.#input.destroy(new Error('a message is larger than 4 MB'));
    }
  }

  #receive(line: string): void {
    try {
      for (const message of readMessages(parseJson(line)).messages) {
        this.#expectAnswer(message);
        this.onmessage?.(message);
      }
    } catch (error) {
      if (!(error instanceof RefusedRequest)) throw error;
      const { code, message } = error.failure;
      this.#write(JSON.stringify({ jsonrpc: '2.0', error: { code, message }, id: null }));
    }
  }

  /** Keeps count of what has to be answered. A subscription is answered when it ends, and a cancelled request never. */
  #expectAnswer(message: JSONRPCMessage): void {
    if (isRequest(message) && message.method !== 'subscriptions/listen') this.#pending.add(message.id);
    const cancelled = cancelledId(message);
    if (cancelled === undefined) return;
    this.#pending.delete(cancelled);
    if (this.#pending.size === 0) this.#whenIdle?.();
  }

  /** A client that does not read its answers gets no more of them: its next requests wait until it does. */
  #write(line: string): void {
    if (this.#output.destroyed || this.#output.write(`${line}\n`) || this.#input.isPaused()) return;
    this.#input.pause();
    this.#output.once('drain', () => this.#input.resume());
  }
}
