import { connect, type Socket } from 'node:net';

export interface HttpAnswer {
  status: number;
  /** Header block as it came, in lower case only where the server wrote it so. */
  head: string;
  body: string;
}

interface Waiting {
  resolve: (answer: HttpAnswer) => void;
  reject: (error: Error) => void;
}

const endOfHead = '\r\n\r\n';
const lengthPattern = /\r\ncontent-length: *(\d+)/i;
const chunkedPattern = /\r\ntransfer-encoding:/i;

/**
 * One keep-alive connection that sends requests given as bytes and finds the end of each answer, and nothing more: the load generator
 * shares the processor with what it measures. One request at a time. Bodies are read as Latin-1, for only their length and ASCII matter.
 */
export class HttpConnection {
  readonly #socket: Socket;
  #received = '';
  #waiting: Waiting | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true).setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      this.#received = this.#received === '' ? chunk : this.#received + chunk;
      this.#look();
    });
    const fail = () => this.#settle()?.reject(new Error('the server closed the connection'));
    socket.on('error', fail);
    socket.on('close', fail);
  }

  static open(port: number): Promise<HttpConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new HttpConnection(socket));
      });
    });
  }

  /** Sends a whole request and answers when its whole answer is there. */
  exchange(request: string): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed) return reject(new Error('the connection is closed'));
      this.#waiting = { resolve, reject };
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #settle(): Waiting | undefined {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    return waiting;
  }

  #look(): void {
    const headEnd = this.#received.indexOf(endOfHead);
    if (headEnd === -1) return;
    const head = this.#received.slice(0, headEnd + 2);
    const end = bodyEnd(this.#received, head, headEnd + endOfHead.length);
    if (end === undefined) return;
    const body = this.#received.slice(headEnd + endOfHead.length, end);
    this.#received = this.#received.slice(end);
    this.#settle()?.resolve({ status: Number(head.slice(9, 12)), head, body });
  }
}

/** Value of a header in a block of headers. */
export function headerOf(head: string, name: string): string | undefined {
  return new RegExp(`\\r\\n${name}: *([^\\r]*)`, 'i').exec(head)?.[1];
}

/** Where the body ends that begins at the given place, or undefined while it is not all there. */
function bodyEnd(text: string, head: string, start: number): number | undefined {
  const length = lengthPattern.exec(head)?.[1];
  if (length !== undefined) return text.length >= start + Number(length) ? start + Number(length) : undefined;
  if (!chunkedPattern.test(head)) return start;
  const last = text.indexOf('0\r\n\r\n', start);
  return last === -1 ? undefined : last + 5;
}
