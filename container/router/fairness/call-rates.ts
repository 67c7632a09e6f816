import type { RouterLimits } from '../options.ts';
import type { VerifiedToken } from '../token-verifier.ts';
import type { Scope } from './scope.ts';
import { TokenBucket } from './token-bucket.ts';

type CallRateLimits = Pick<
  RouterLimits,
  'maxCallsPerSecondPerToken' | 'maxCallsPerSecondPerInstance' | 'maxCallsPerSecondPerWorkspace' | 'callBurstSeconds'
>;

/** How often buckets that are full again are thrown away. */
const sweepMs = 10_000;

/** How often each token, instance and workspace may ask. What is refused takes nothing from anybody. */
export class CallRates {
  readonly #tokens: Buckets;
  readonly #instances: Buckets;
  readonly #workspaces: Buckets;
  #sweptAt = 0;

  constructor(limits: CallRateLimits) {
    const { callBurstSeconds: burst } = limits;
    this.#tokens = new Buckets(limits.maxCallsPerSecondPerToken, burst);
    this.#instances = new Buckets(limits.maxCallsPerSecondPerInstance, burst);
    this.#workspaces = new Buckets(limits.maxCallsPerSecondPerWorkspace, burst);
  }

  /**
   * Lets the requests in, or names the first limit that is reached.
   * @param now Milliseconds of a clock that only goes forward.
   */
  admit({ hash, instanceId, workspaceId }: VerifiedToken, requests: number, now: number): Scope | undefined {
    if (now - this.#sweptAt >= sweepMs) this.#sweep(now);
    const ofToken = this.#tokens.of(hash, now);
    if (!ofToken.has(requests, now)) return 'token';
    const ofInstance = this.#instances.of(instanceId, now);
    if (!ofInstance.has(requests, now)) return 'instance';
    const ofWorkspace = this.#workspaces.of(workspaceId, now);
    if (!ofWorkspace.has(requests, now)) return 'workspace';
    ofToken.take(requests);
    ofInstance.take(requests);
    ofWorkspace.take(requests);
    return undefined;
  }

  /** Buckets that are kept: one for each token, instance and workspace that asked a moment ago. */
  get size(): number {
    return this.#tokens.size + this.#instances.size + this.#workspaces.size;
  }

  #sweep(now: number): void {
    this.#sweptAt = now;
    for (const buckets of [this.#tokens, this.#instances, this.#workspaces]) buckets.sweep(now);
  }
}

class Buckets {
  readonly #perSecond: number;
  readonly #capacity: number;
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(perSecond: number, burstSeconds: number) {
    this.#perSecond = perSecond;
    this.#capacity = Math.max(1, perSecond * burstSeconds);
  }

  of(key: string, now: number): TokenBucket {
    let bucket = this.#buckets.get(key);
    if (bucket === undefined) {
      bucket = new TokenBucket(this.#perSecond, this.#capacity, now);
      this.#buckets.set(key, bucket);
    }
    return bucket;
  }

  sweep(now: number): void {
    for (const [key, bucket] of this.#buckets) if (bucket.isFull(now)) this.#buckets.delete(key);
  }

  get size(): number {
    return this.#buckets.size;
  }
}
