import { connect, type Socket } from 'node:net';

const endpointPattern = /\r?\ndata: ?(\S+)\r?\n\r?\n/;
const idPattern = /"id":(\d+)/g;

/**
 * A connection that holds an event stream open, for HTTP+SSE and for the standalone stream of Streamable HTTP. It looks for the ids of
 * answers in whole events and decodes nothing: neither the chunks nor the JSON.
 */
export class EventConnection {
  readonly #socket: Socket;
  readonly #waiting = new Map<number, () => void>();
  #rest = '';

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Opens the stream. @returns with the first bytes: the head and, for HTTP+SSE, the address to post to. */
  static open(
    port: number,
    request: string,
    until: RegExp = endpointPattern,
  ): Promise<{ connection: EventConnection; found: string }> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(request));
      socket.setNoDelay(true).setEncoding('latin1');
      let first = '';
      const look = (chunk: string) => {
        first += chunk;
        if (!/^HTTP\/1\.1 200/.test(first)) return reject(new Error(`the stream was answered with ${first.slice(0, 200)}`));
        const found = until.exec(first);
        if (found === null) return;
        socket.off('data', look);
        const connection = new EventConnection(socket);
        socket.on('data', (next: string) => connection.#read(next));
        resolve({ connection, found: found[1] ?? '' });
      };
      socket.on('data', look);
      socket.on('error', reject);
    });
  }

  /** Waits for the answer with this id. */
  answer(id: number): Promise<void> {
    return new Promise((resolve) => this.#waiting.set(id, resolve));
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(chunk: string): void {
    const text = this.#rest === '' ? chunk : this.#rest + chunk;
    const end = text.lastIndexOf('\n\n');
    this.#rest = text.slice(end + 1);
    if (end === -1) return;
    for (const match of text.slice(0, end).matchAll(idPattern)) {
      const id = Number(match[1]);
      this.#waiting.get(id)?.();
      this.#waiting.delete(id);
    }
  }
}
