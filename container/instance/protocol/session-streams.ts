import type { ServerResponse } from 'node:http';
import { RefusedRequest, rpcErrorCodes } from './json-rpc.ts';
import { parseEventId, ReplayBuffer, type ReplayRoom } from './replay-buffer.ts';
import { ReplayedStream } from './replayed-stream.ts';

/**
 * Streams of one session that are kept although everything was said on them, so that a client that was cut off can have the end of them.
 * Beyond this many the oldest is forgotten: there is one for each long call, and a busy client makes thousands of those in the time
 * they would be kept.
 */
const mostFinishedStreams = 256;

export interface SessionStreamsOptions {
  sessionId: string;
  replayRoom: ReplayRoom;
  /** The number before that of the first stream. */
  streamsBefore: number;
  /** Whether the client understands an event without data. */
  primes: boolean;
}

/** The event streams of one session: one for each POST that needs one, and the standalone one, which a GET opens. */
export class SessionStreams {
  readonly #options: SessionStreamsOptions;
  /** In the order they were opened. Nothing is kept where there is no stream. */
  #streams: Map<string, ReplayedStream> | undefined;
  #replayBuffer: ReplayBuffer | undefined;
  #standalone: ReplayedStream | undefined;
  #lastNumber: number;
  /** News for the standalone stream that came while there was nobody at it. */
  #untold: Set<string> | undefined;

  constructor(options: SessionStreamsOptions) {
    this.#options = options;
    this.#lastNumber = options.streamsBefore;
  }

  /** The standalone stream, connected or not. */
  get standalone(): ReplayedStream | undefined {
    return this.#standalone;
  }

  /** Whether any of the streams has a client that reads it. */
  get connected(): boolean {
    for (const stream of this.#streams?.values() ?? []) if (stream.connected) return true;
    return false;
  }

  /** Makes the response to a POST a stream. */
  openForPost(response: ServerResponse): ReplayedStream {
    const stream = this.#create('post');
    stream.connect(response);
    return stream;
  }

  /** Opens the standalone stream. A new connection takes the place of the old, and is told what came while there was none. */
  openStandalone(response: ServerResponse): void {
    this.#standalone ??= this.#create('get');
    this.#standalone.connect(response);
    const untold = this.#untold ?? [];
    this.#untold = undefined;
    for (const news of untold) this.#standalone.send(news);
  }

  /**
   * Goes on with the stream of that event: sends what was missed, then what is to come.
   * @throws RefusedRequest 400 where some of that is not kept any more. Not for the standalone stream, which then goes on from now: its
   * notifications only say that something is to be read again.
   */
  resume(response: ServerResponse, lastEventId: string): void {
    const { stream = '', number = 0 } = parseEventId(lastEventId) ?? {};
    const missed = this.#replayBuffer?.after(stream, number);
    const known = this.#streams?.get(stream);
    if (missed !== undefined && known !== undefined) {
      if (known.finished && missed.length === 0) {
        // Tells a client that has it all not to ask again.
        response.writeHead(204, { 'mcp-session-id': this.#options.sessionId }).end();
        return;
      }
      if (known === this.#standalone) this.#untold = undefined;
      known.connect(response, missed);
      return;
    }
    if (stream.startsWith('get-')) {
      this.openStandalone(response);
      return;
    }
    const message =
      'Bad request: what followed this Last-Event-ID is not kept any more; send the request again if it may be repeated';
    throw new RefusedRequest({ status: 400, code: rpcErrorCodes.refused, message });
  }

  /** Says something that belongs to no request. What nobody hears is told to whoever opens the standalone stream next, once. */
  tell(news: string): void {
    this.#standalone?.send(news);
    if (this.#standalone?.connected !== true) this.#untold = (this.#untold ?? new Set()).add(news);
  }

  /** Forgets what nobody has come back for in time. */
  sweep(now: number): void {
    const { keepMs } = this.#options.replayRoom.limits;
    this.#replayBuffer?.sweep(now);
    for (const stream of this.#streams?.values() ?? []) {
      // A request that goes on without its client may still have an answer to keep.
      const over = stream.finished || stream === this.#standalone;
      if (over && stream.isForsaken(now, keepMs)) this.#forget(stream);
    }
    if (this.#streams?.size !== 0) return;
    this.#streams = undefined;
    this.#replayBuffer = undefined;
  }

  /** Ends all of them for good. @param retry Milliseconds after which the client may open another session. */
  end(retry?: number): void {
    for (const stream of this.#streams?.values() ?? []) stream.end(retry);
    this.#replayBuffer?.clear();
  }

  #create(method: 'get' | 'post'): ReplayedStream {
    const { sessionId, replayRoom, primes } = this.#options;
    this.#replayBuffer ??= new ReplayBuffer(replayRoom);
    this.#streams ??= new Map();
    if (this.#streams.size >= mostFinishedStreams) this.#forgetOldest(this.#streams);
    this.#lastNumber += 1;
    const name = `${method}-${this.#lastNumber}`;
    const stream = new ReplayedStream({ name, buffer: this.#replayBuffer, headers: { 'mcp-session-id': sessionId }, primes });
    this.#streams.set(name, stream);
    return stream;
  }

  #forgetOldest(streams: ReadonlyMap<string, ReplayedStream>): void {
    for (const stream of streams.values()) {
      if (!stream.finished) continue;
      this.#forget(stream);
      return;
    }
  }

  #forget(stream: ReplayedStream): void {
    this.#streams?.delete(stream.name);
    this.#replayBuffer?.forget(stream.name);
    if (stream === this.#standalone) this.#standalone = undefined;
  }
}
