import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { answeredId } from './json-rpc.ts';

export interface PresenceLimits {
  /** Milliseconds without a word from the client until it is asked whether it is there, at most; see {@link soonestShare}. */
  pingAfterMs: number;
  /** Milliseconds without a word, although asked, until it counts as gone. */
  goneAfterMs: number;
}

export const usualPresenceLimits: PresenceLimits = { pingAfterMs: 30_000, goneAfterMs: 100_000 };

const pingIdPrefix = 'ping-';

/**
 * A client is asked after this share of the time, or any time later. Thousands that came together, as after a restart, would else be
 * asked in the same moment for as long as they stay, and answer in the same moment, each by a connection of its own.
 */
const soonestShare = 0.5;

/**
 * Whether a client that holds a stream open is still there. A network that drops packets, or a client that never closes, leaves a
 * stream that looks open for hours; so a silent client is sent the protocol's `ping`, which every client answers.
 */
export class ClientPresence {
  readonly #limits: PresenceLimits;
  #heardAt = Date.now();
  #pingAfterMs: number;
  #pingedAt = 0;
  #pings = 0;

  constructor(limits: PresenceLimits) {
    this.#limits = limits;
    this.#pingAfterMs = this.#anyPause();
  }

  /** The client said something, or opened a stream. */
  heard(): void {
    this.#heardAt = Date.now();
    this.#pings = 0;
    this.#pingAfterMs = this.#anyPause();
  }

  /** What to do about the client: nothing, ask whether it is there (with the ping to send), or give it up. */
  check(now: number): 'present' | 'gone' | { ping: string } {
    const silentMs = now - this.#heardAt;
    if (silentMs < this.#pingAfterMs) return 'present';
    // A process that was itself asleep has asked nobody; then the silence proves nothing.
    if (silentMs >= this.#limits.goneAfterMs && this.#pings >= 2) return 'gone';
    if (now - this.#pingedAt < this.#pingAfterMs) return 'present';
    this.#pingedAt = now;
    this.#pings += 1;
    return { ping: `{"jsonrpc":"2.0","id":"${pingIdPrefix}${now}","method":"ping"}` };
  }

  #anyPause(): number {
    return this.#limits.pingAfterMs * (soonestShare + (1 - soonestShare) * Math.random());
  }
}

/** Whether a message answers a ping of {@link ClientPresence}: a sign of life, but no use of the session. */
export function isPingAnswer(message: JSONRPCMessage): boolean {
  const id = answeredId(message);
  return typeof id === 'string' && id.startsWith(pingIdPrefix);
}
