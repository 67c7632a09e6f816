import type { Refusal } from './refusal.ts';
import type { VerifiedToken } from './token-verifier.ts';

/** Something a client holds open at this router: a request that waits for its answer, or a standing stream. */
export interface OpenExchange {
  readonly token: VerifiedToken;
  /** A stream opened by GET: it stays until somebody closes it. */
  readonly isStanding: boolean;
  readonly sessionId: string | undefined;
  /** Whether somebody waits for an answer that arrives here. */
  readonly owesAnswer: boolean;
  /** Ends it from our side: with the refusal where nothing was answered yet, otherwise by ending the answer. */
  close(refusal: Refusal, withRetryHint: boolean): void;
  /** The platform says that the instance's process is gone, whatever its connection looks like. */
  loseInstance(): void;
  /** The client cancelled requests: their answers will not come. */
  cancel(ids: readonly (string | number)[]): void;
}

interface TokenExchanges {
  token: VerifiedToken;
  all: Set<OpenExchange>;
  /** Standing streams, in the order in which they were opened. */
  streams: Set<OpenExchange>;
}

/** Everything that is open at this router, by token. */
export class OpenExchanges {
  readonly #byToken = new Map<string, TokenExchanges>();
  #count = 0;
  #streamCount = 0;

  /** Adds the exchange. Answers the oldest stream of the token where it now has more than `maxStreams`. */
  add(exchange: OpenExchange, maxStreams: number): OpenExchange | undefined {
    let entry = this.#byToken.get(exchange.token.hash);
    if (entry === undefined) {
      entry = { token: exchange.token, all: new Set(), streams: new Set() };
      this.#byToken.set(exchange.token.hash, entry);
    }
    entry.all.add(exchange);
    this.#count += 1;
    if (!exchange.isStanding) return undefined;
    entry.streams.add(exchange);
    this.#streamCount += 1;
    if (entry.streams.size <= maxStreams) return undefined;
    const oldest = entry.streams.values().next();
    return oldest.done ? undefined : oldest.value;
  }

  remove(exchange: OpenExchange): void {
    const entry = this.#byToken.get(exchange.token.hash);
    if (entry === undefined || !entry.all.delete(exchange)) return;
    this.#count -= 1;
    if (entry.streams.delete(exchange)) this.#streamCount -= 1;
    if (entry.all.size === 0) this.#byToken.delete(exchange.token.hash);
  }

  get count(): number {
    return this.#count;
  }

  get streamCount(): number {
    return this.#streamCount;
  }

  /** The tokens that hold something open. */
  tokens(): VerifiedToken[] {
    return Array.from(this.#byToken.values(), (entry) => entry.token);
  }

  ofTokenHash(hash: string): OpenExchange[] {
    return [...(this.#byToken.get(hash)?.all ?? [])];
  }

  /** By id or hash of the token. */
  ofToken(tokenIdOrHash: string): OpenExchange[] {
    return this.#where((token) => token.id === tokenIdOrHash || token.hash === tokenIdOrHash);
  }

  ofInstance(instanceId: string): OpenExchange[] {
    return this.#where((token) => token.instanceId === instanceId);
  }

  all(): OpenExchange[] {
    return this.#where(() => true);
  }

  #where(matches: (token: VerifiedToken) => boolean): OpenExchange[] {
    const found: OpenExchange[] = [];
    for (const entry of this.#byToken.values()) if (matches(entry.token)) found.push(...entry.all);
    return found;
  }
}
