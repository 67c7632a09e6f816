import { connect, type Socket } from 'node:net';
import { HttpConnection } from '../instance/http-connection.ts';

const endpointPattern = /data: ?(\S+)\r?\n\r?\n/;
const pingPattern = /"id":"(ping-[^"]+)"/g;

const lastChunk = '\r\n0\r\n\r\n';
/** Of an event that has not ended; pings are shorter. */
const longestRest = 1_000;

const handshakeId = 'handshake';
const initialize = `{"jsonrpc":"2.0","id":"${handshakeId}","method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"held","version":"1.0.0"}}}`;
const initialized = '{"jsonrpc":"2.0","method":"notifications/initialized"}';

export interface StreamTarget {
  port: number;
  /** Path of the instance, such as `/i/ins_01k8...`; its door is `/sse` below it. */
  path: string;
  token: string;
}

/**
 * A client's HTTP+SSE stream that waits for nothing. As every client does, it answers the pings with which an instance asks whether it is
 * still there.
 */
export class HeldStream {
  readonly #target: StreamTarget;
  readonly #socket: Socket;
  readonly #onClosed: () => void;
  #messagesPath = '';
  #text = '';
  #onHandshake: (() => void) | undefined;
  pingsAnswered = 0;
  isOpen = false;

  private constructor(target: StreamTarget, socket: Socket, onClosed: () => void) {
    this.#target = target;
    this.#socket = socket;
    this.#onClosed = onClosed;
  }

  /** Opens the stream and answers when its `endpoint` event is there. Rejects with the status where it is refused. */
  static open(target: StreamTarget, onClosed: () => void = () => {}): Promise<HeldStream> {
    return new Promise((resolve, reject) => {
      const socket = connect(target.port, '127.0.0.1');
      socket.setEncoding('latin1');
      const stream = new HeldStream(target, socket, onClosed);
      let head = '';
      const readHead = (chunk: string) => {
        head += chunk;
        const status = /^HTTP\/1\.1 (\d+)/.exec(head)?.[1];
        if (status !== undefined && status !== '200') {
          reject(new Error(`the stream was answered with ${head.slice(9, 200)}`));
          socket.destroy();
          return;
        }
        const endpoint = endpointPattern.exec(head)?.[1];
        if (endpoint === undefined) return;
        stream.#messagesPath = endpoint;
        stream.isOpen = true;
        socket.off('data', readHead).on('data', stream.#read);
        stream.#read(head.slice(head.indexOf(endpoint)));
        resolve(stream);
      };
      socket.on('data', readHead);
      socket.once('connect', () => {
        socket.write(
          `GET ${target.path}/sse HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nAuthorization: Bearer ${target.token}\r\n\r\n`,
        );
      });
      socket.on('error', reject);
      socket.on('close', () => {
        reject(new Error('the stream was closed before it began'));
        if (!stream.isOpen) return;
        stream.isOpen = false;
        onClosed();
      });
    });
  }

  /**
   * Says the handshake, as every client does before it waits, so that the instance knows the session. Rejects where it is not accepted
   * or the stream is closed before it is answered.
   */
  async handshake(): Promise<void> {
    const connection = await HttpConnection.open(this.#target.port);
    try {
      const answered = new Promise<void>((resolve, reject) => {
        this.#onHandshake = resolve;
        this.#socket.once('close', () => reject(new Error('the stream was closed during the handshake')));
      });
      answered.catch(() => {});
      for (const message of [initialize, initialized]) {
        const { status } = await connection.exchange(this.#post(message));
        if (status >= 300) throw new Error(`a message of the handshake was answered with ${status}`);
        await answered;
      }
    } finally {
      connection.close();
    }
  }

  /** Leaves, as a client that ends. */
  close(): void {
    this.isOpen = false;
    this.#socket.destroy();
  }

  readonly #read = (chunk: string): void => {
    this.#text += chunk;
    for (const [, id] of this.#text.matchAll(pingPattern)) this.#answerPing(id as string);
    if (this.#onHandshake !== undefined && this.#text.includes(`"id":"${handshakeId}"`)) {
      this.#onHandshake();
      this.#onHandshake = undefined;
    }
    // The chunk that says that the answer is over. The connection itself stays open for another request.
    const hasEnded = this.#text.includes(lastChunk);
    const rest = Math.max(this.#text.lastIndexOf('\n\n'), this.#text.length - longestRest);
    if (rest > 0) this.#text = this.#text.slice(rest);
    if (hasEnded && this.isOpen) {
      this.isOpen = false;
      this.#socket.destroy();
      this.#onClosed();
    }
  };

  #answerPing(id: string): void {
    const answer = this.#post(`{"jsonrpc":"2.0","id":"${id}","result":{}}`, 'Connection: close\r\n');
    const socket = connect(this.#target.port, '127.0.0.1', () => socket.write(answer));
    socket.on('error', () => {});
    socket.resume();
    this.pingsAnswered += 1;
  }

  #post(body: string, header = ''): string {
    return (
      `POST ${this.#messagesPath} HTTP/1.1\r\nHost: localhost\r\n${header}Content-Type: application/json\r\n` +
      `Authorization: Bearer ${this.#target.token}\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    );
  }
}
