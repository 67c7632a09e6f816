import { hashBearerToken, isWellFormedBearerToken } from '../../core/bearer-token.ts';
import { LookUpCache } from './look-up-cache.ts';
import { andThen, type MaybePromise } from './maybe-promise.ts';
import type { RouterLimits, RouterTiming } from './options.ts';
import type { TokenDirectory } from './ports.ts';
import { type Refusal, refusals } from './refusal.ts';

/** A token that was looked up. The router keeps its hash, never the token itself. */
export interface VerifiedToken {
  hash: string;
  id: string;
  instanceId: string;
  workspaceId: string;
  /** Unix time in milliseconds; infinite where the token does not expire. */
  expiresAt: number;
}

const maxRememberedRevocations = 10_000;

/**
 * Decides whether a presented token opens anything, with look-ups that are at most `lookUpMaxAgeMs` old. While the directory is away a
 * token that was known less than `lookUpGraceMs` ago opens on: an outage of the database should not be one of its customers' calls.
 * A revocation is pushed and needs no directory.
 */
export class TokenVerifier {
  readonly #cache: LookUpCache<VerifiedToken>;
  /** Ids and hashes of tokens whose revocation was pushed: a look-up that began before it may still bring them back. */
  readonly #revoked = new Set<string>();

  constructor(directory: TokenDirectory, limits: RouterLimits, timing: RouterTiming) {
    this.#cache = new LookUpCache({
      load: (hash) => andThen(directory.findByHash(hash), (token) => verifiedToken(hash, token)),
      maxAgeMs: timing.lookUpMaxAgeMs,
      timeoutMs: timing.lookUpTimeoutMs,
      graceMs: timing.lookUpGraceMs,
      maxPresent: limits.maxCachedTokens,
      maxAbsent: limits.maxCachedUnknownTokens,
      maxLoads: limits.maxLookUpsAtOnce,
      maxLoadsPerGroup: limits.maxTokenLookUpsPerInstance,
    });
  }

  /**
   * The token's record, or why it opens nothing. Rejects, or throws, where the directory fails or too much is looked up already.
   * @param instanceId The instance that is asked for: made-up tokens for one do not use up the look-ups of the others.
   */
  verify(presented: string | undefined, instanceId: string): MaybePromise<VerifiedToken | Refusal> {
    if (presented === undefined) return refusals.tokenMissing;
    if (!isWellFormedBearerToken('instance', presented)) return refusals.tokenMalformed;
    return andThen(this.#cache.get(hashBearerToken(presented), instanceId), (found) => this.#judge(found));
  }

  /** Judges a known token by a new look-up. Rejects, or throws, where the directory fails. */
  recheck(token: VerifiedToken): MaybePromise<VerifiedToken | Refusal> {
    return andThen(this.#cache.refresh(token.hash), (fresh) => this.#judge(fresh));
  }

  /** Refuses the token from now on, by its id or its hash. */
  revoke(tokenIdOrHash: string): void {
    if (this.#revoked.size >= maxRememberedRevocations) {
      const oldest = this.#revoked.values().next();
      if (!oldest.done) this.#revoked.delete(oldest.value);
    }
    this.#revoked.add(tokenIdOrHash);
    this.#cache.forget(tokenIdOrHash);
  }

  /** Looks every token up again before it opens anything, while the directory can be asked. */
  forgetAll(): void {
    this.#cache.clear();
  }

  get cachedTokens(): number {
    return this.#cache.size;
  }

  #judge(token: VerifiedToken | undefined): VerifiedToken | Refusal {
    if (token === undefined) return refusals.tokenUnknown;
    if (this.#revoked.size > 0 && (this.#revoked.has(token.id) || this.#revoked.has(token.hash))) return refusals.tokenUnknown;
    return token.expiresAt <= Date.now() ? refusals.tokenExpired : token;
  }
}

function verifiedToken(hash: string, record: Awaited<ReturnType<TokenDirectory['findByHash']>>): VerifiedToken | undefined {
  if (record === undefined) return undefined;
  return {
    hash,
    id: record.id,
    instanceId: record.instanceId,
    workspaceId: record.workspaceId,
    // An unreadable date counts as past: a token is never valid for longer than somebody meant it to be.
    expiresAt: record.expiresAt === null ? Number.POSITIVE_INFINITY : Date.parse(record.expiresAt) || 0,
  };
}
