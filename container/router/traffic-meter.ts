import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { RouterTiming } from './options.ts';
import type { VerifiedToken } from './token-verifier.ts';
import { protocolMessages, standingStreams, type UsageCounter } from './usage-counter.ts';

/** Bytes of one connection that were counted already. Several answers can be due on it at once; each byte counts for one of them. */
interface ConnectionReading {
  counted: number;
  open: number;
}

interface OpenStream {
  readonly token: VerifiedToken;
  readonly socket: Socket;
  readonly reading: ConnectionReading;
  /** Until when its time was counted, in milliseconds of `performance.now`. */
  countedUntil: number;
}

/** How often it is looked within `streamUsageMs` which streams are due, so that many are told of together and not all at once. */
const looksInInterval = 15;

/**
 * Counts what clients send and get: of a message the bytes of its body, of an answer all bytes on the connection, its head included.
 * Those of a call count for its tool, those of other messages under `(protocol)`. Streams that stay open count under `(stream)`, with
 * the seconds they were open; answers to calls that arrive on one count as bytes of the stream. What streams that stand have added is
 * counted every `streamUsageMs`, when one ends, and when the router closes.
 */
export class TrafficMeter {
  readonly #usage: UsageCounter;
  readonly #readings = new WeakMap<Socket, ConnectionReading>();
  readonly #streams = new Set<OpenStream>();
  #lookedAt = performance.now();

  constructor(usage: UsageCounter, { streamUsageMs }: Pick<RouterTiming, 'streamUsageMs'>) {
    this.#usage = usage;
    usage.onHandOver((isLast) => this.#countOpenStreams(isLast ? 0 : streamUsageMs));
  }

  /** Counts a message and its answer, when that has come to its end. `tool` is absent where the message calls none. */
  measureAnswer(response: ServerResponse, token: VerifiedToken, tool: string | undefined, bytesIn: number): void {
    const { socket } = response;
    if (socket === null) return;
    const reading = this.#begin(socket);
    response.on('close', () => {
      const bytesOut = end(socket, reading);
      this.#usage.traffic(token, tool ?? protocolMessages, { bytesIn, bytesOut });
    });
  }

  /** Counts a stream as long as it is open. */
  measureStream(response: ServerResponse, token: VerifiedToken, bytesIn: number): void {
    const { socket } = response;
    if (socket === null) return;
    const stream: OpenStream = { token, socket, reading: this.#begin(socket), countedUntil: performance.now() };
    this.#streams.add(stream);
    if (bytesIn > 0) this.#usage.traffic(token, standingStreams, { bytesIn });
    response.once('close', () => {
      this.#streams.delete(stream);
      // To the nearest second, so that many short streams count for what they are.
      const streamSeconds = Math.round((performance.now() - stream.countedUntil) / 1000);
      const bytesOut = end(socket, stream.reading);
      this.#usage.traffic(token, standingStreams, { bytesOut, streamSeconds });
    });
  }

  #begin(socket: Socket): ConnectionReading {
    let reading = this.#readings.get(socket);
    if (reading === undefined) {
      reading = { counted: 0, open: 0 };
      this.#readings.set(socket, reading);
    }
    // What was written before belongs to answers that nobody counts, such as refusals.
    if (reading.open === 0) reading.counted = socket.bytesWritten;
    reading.open += 1;
    return reading;
  }

  /**
   * Thousands of streams hang at few instances, so they are added up first; and all of an instance are counted as soon as one of them was
   * not for so long, so that they are counted together from then on.
   */
  #countOpenStreams(pauseMs: number): void {
    const now = performance.now();
    const lookMs = pauseMs / looksInInterval;
    if (now - this.#lookedAt < lookMs) return;
    this.#lookedAt = now;
    const due = new Set<string>();
    // To the nearest look.
    for (const { token, countedUntil } of this.#streams)
      if (now - countedUntil >= pauseMs - lookMs / 2) due.add(token.instanceId);
    const sums = new Map<string, { token: VerifiedToken; bytesOut: number; streamSeconds: number }>();
    for (const stream of this.#streams) {
      if (!due.has(stream.token.instanceId)) continue;
      const streamSeconds = Math.floor((now - stream.countedUntil) / 1000);
      const bytesOut = countNew(stream.socket, stream.reading);
      if (streamSeconds === 0 && bytesOut === 0) continue;
      stream.countedUntil += streamSeconds * 1000;
      const sum = sums.get(stream.token.instanceId);
      if (sum === undefined) sums.set(stream.token.instanceId, { token: stream.token, bytesOut, streamSeconds });
      else {
        sum.bytesOut += bytesOut;
        sum.streamSeconds += streamSeconds;
      }
    }
    for (const { token, ...counts } of sums.values()) this.#usage.traffic(token, standingStreams, counts);
  }
}

function end(socket: Socket, reading: ConnectionReading): number {
  reading.open -= 1;
  return countNew(socket, reading);
}

function countNew(socket: Socket, reading: ConnectionReading): number {
  const written = socket.bytesWritten;
  const fresh = written - reading.counted;
  reading.counted = written;
  return fresh;
}
