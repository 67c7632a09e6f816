import type { Scope } from './fairness/scope.ts';
import { StreamCounts } from './fairness/stream-counts.ts';
import type { RouterLimits } from './options.ts';
import { type Refusal, refusals } from './refusal.ts';
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
}

const refusalOfScope: Record<Scope, Refusal> = {
  token: refusals.streamReplaced,
  instance: refusals.streamReplacedAtInstance,
  workspace: refusals.streamReplacedInWorkspace,
};

type StreamLimits = Pick<RouterLimits, 'maxStreamsPerToken' | 'maxStreamsPerInstance' | 'maxStreamsPerWorkspace'>;

/** Everything that is open at this router, by token and by instance. */
export class OpenExchanges {
  readonly #byToken = new Map<string, TokenExchanges>();
  readonly #byInstance = new Map<string, Set<OpenExchange>>();
  readonly #streams: StreamCounts<OpenExchange>;
  readonly #onStreamReplaced: (scope: Scope) => void;
  #count = 0;
  #streamCount = 0;

  /** @param onStreamReplaced Told whose limit a stream was closed for. */
  constructor(limits: StreamLimits, onStreamReplaced: (scope: Scope) => void) {
    this.#streams = new StreamCounts({
      token: limits.maxStreamsPerToken,
      instance: limits.maxStreamsPerInstance,
      workspace: limits.maxStreamsPerWorkspace,
    });
    this.#onStreamReplaced = onStreamReplaced;
  }

  /**
   * Adds the exchange. Where it is a stream and its token, instance or workspace now has more than it may hold, that one's oldest
   * stream is closed and told when to come back.
   */
  add(exchange: OpenExchange): void {
    const { token } = exchange;
    const ofToken = this.#byToken.get(token.hash);
    if (ofToken === undefined) this.#byToken.set(token.hash, { token, all: new Set([exchange]) });
    else ofToken.all.add(exchange);
    const ofInstance = this.#byInstance.get(token.instanceId);
    if (ofInstance === undefined) this.#byInstance.set(token.instanceId, new Set([exchange]));
    else ofInstance.add(exchange);
    this.#count += 1;
    if (!exchange.isStanding) return;
    this.#streamCount += 1;
    const replaced = this.#streams.add(exchange);
    if (replaced === undefined) return;
    this.#onStreamReplaced(replaced.scope);
    replaced.oldest.close(refusalOfScope[replaced.scope], true);
  }

  remove(exchange: OpenExchange): void {
    const { token } = exchange;
    const ofToken = this.#byToken.get(token.hash);
    if (ofToken === undefined || !ofToken.all.delete(exchange)) return;
    if (ofToken.all.size === 0) this.#byToken.delete(token.hash);
    const ofInstance = this.#byInstance.get(token.instanceId);
    if (ofInstance?.delete(exchange) === true && ofInstance.size === 0) this.#byInstance.delete(token.instanceId);
    this.#count -= 1;
    if (!exchange.isStanding) return;
    this.#streamCount -= 1;
    this.#streams.remove(exchange);
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

  /** The instances at which something is open. */
  instanceIds(): string[] {
    return [...this.#byInstance.keys()];
  }

  ofTokenHash(hash: string): OpenExchange[] {
    return [...(this.#byToken.get(hash)?.all ?? [])];
  }

  /** By id or hash of the token. */
  ofToken(tokenIdOrHash: string): OpenExchange[] {
    const found: OpenExchange[] = [];
    for (const { token, all } of this.#byToken.values()) {
      if (token.id === tokenIdOrHash || token.hash === tokenIdOrHash) found.push(...all);
    }
    return found;
  }

  ofInstance(instanceId: string): OpenExchange[] {
    return [...(this.#byInstance.get(instanceId) ?? [])];
  }

  all(): OpenExchange[] {
    return Array.from(this.#byInstance.values(), (exchanges) => [...exchanges]).flat();
  }
}
