import type { Exchange } from './exchange.ts';
import type { VerifiedToken } from './token-verifier.ts';

interface TokenExchanges {
  token: VerifiedToken;
  all: Set<Exchange>;
  /** Standing streams, in the order in which they were opened. */
  streams: Set<Exchange>;
}

/** Everything that is open at this router, by token. */
export class OpenExchanges {
  readonly #byToken = new Map<string, TokenExchanges>();
  #count = 0;
  #streamCount = 0;

  /** Adds the exchange. Answers the oldest stream of the token where it now has more than `maxStreams`. */
  add(exchange: Exchange, maxStreams: number): Exchange | undefined {
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

  remove(exchange: Exchange): void {
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

  ofTokenHash(hash: string): Exchange[] {
    return [...(this.#byToken.get(hash)?.all ?? [])];
  }

  /** By id or hash of the token. */
  ofToken(tokenIdOrHash: string): Exchange[] {
    return this.#where((token) => token.id === tokenIdOrHash || token.hash === tokenIdOrHash);
  }

  ofInstance(instanceId: string): Exchange[] {
    return this.#where((token) => token.instanceId === instanceId);
  }

  all(): Exchange[] {
    return this.#where(() => true);
  }

  #where(matches: (token: VerifiedToken) => boolean): Exchange[] {
    const found: Exchange[] = [];
    for (const entry of this.#byToken.values()) if (matches(entry.token)) found.push(...entry.all);
    return found;
  }
}
