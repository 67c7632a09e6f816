import type { IncomingHttpHeaders } from 'node:http';
import type { InstanceAnswer } from '../ask-instance.ts';
import { type AnswerListener, InstanceAttempt, type InstanceConnections, type InstanceFailure } from '../instance-connections.ts';
import type { RouteTarget } from '../ports.ts';

/** Instances answer these with `Accepted` or with a short error; what is longer is cut. */
const maxAnswerBytes = 64 * 1024;

export interface MessageToInstance {
  /** Path and query at the instance. */
  path: string;
  /** Name and value in turn. */
  headers: string[];
  body: Buffer;
}

/** One message on its way to an instance. Its outcome is told once, unless it is abandoned before. */
export class InstancePost implements AnswerListener {
  readonly #tell: (outcome: InstanceAnswer | InstanceFailure) => void;
  readonly #attempt: InstanceAttempt = new InstanceAttempt(this);
  readonly #chunks: Buffer[] = [];
  #size = 0;
  #status = 0;
  #headers: IncomingHttpHeaders = {};

  constructor(tell: (outcome: InstanceAnswer | InstanceFailure) => void) {
    this.#tell = tell;
  }

  send(connections: InstanceConnections, target: RouteTarget, message: MessageToInstance): void {
    connections.send(target, { ...message, method: 'POST', isStream: false }, this.#attempt);
  }

  /** Cuts it off. Nothing more is told of it. */
  abandon(): void {
    this.#attempt.abandon();
  }

  onAnswer(status: number, headers: IncomingHttpHeaders): void {
    this.#status = status;
    this.#headers = headers;
  }

  onChunk(chunk: Buffer): boolean {
    this.#size += chunk.length;
    if (this.#size <= maxAnswerBytes) this.#chunks.push(chunk);
    return true;
  }

  onEnd(): void {
    this.#tell({ status: this.#status, headers: this.#headers, body: Buffer.concat(this.#chunks) });
  }

  onFailure(failure: InstanceFailure): void {
    this.#tell(failure);
  }
}
