import { connect, type Socket } from 'node:net';

const endpointPattern = /data: ?(\S+)\r?\n\r?\n/;
const pingPattern = /"id":"(ping-[^"]+)"/g;

const lastChunk = '\r\n0\r\n\r\n';
/** Of an event that has not ended; pings are shorter. */
const longestRest = 1_000;

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

  /** Leaves, as a client that ends. */
  close(): void {
    this.isOpen = false;
    this.#socket.destroy();
  }

  readonly #read = (chunk: string): void => {
    this.#text += chunk;
    for (const [, id] of this.#text.matchAll(pingPattern)) this.#answerPing(id as string);
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
    const { port, token } = this.#target;
    const body = `{"jsonrpc":"2.0","id":"${id}","result":{}}`;
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(
        `POST ${this.#messagesPath} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n` +
          `Authorization: Bearer ${token}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      );
    });
    socket.on('error', () => {});
    socket.resume();
    this.pingsAnswered += 1;
  }
}
