import type { RouterLimits } from './options.ts';
import { type Refusal, refusals } from './refusal.ts';

type PostLimits = Pick<RouterLimits, 'maxPostsPerToken' | 'maxBodyBytesPerToken' | 'maxBodyBytesHeld'>;

interface TokenShare {
  posts: number;
  bytes: number;
}

/**
 * Keeps count of the POSTs that are open and of the memory their bodies take, so that a token which sends much, or slowly, uses up
 * its own share and not everybody's.
 */
export class PostAllowance {
  readonly #limits: PostLimits;
  readonly #shares = new Map<string, TokenShare>();
  #bytes = 0;

  constructor(limits: PostLimits) {
    this.#limits = limits;
  }

  /** Lets one more POST of the token in, or says why not. Whoever is let in ends the lease when the response is closed. */
  admit(tokenHash: string): PostLease | Refusal {
    const share = this.#shares.get(tokenHash) ?? { posts: 0, bytes: 0 };
    if (share.posts >= this.#limits.maxPostsPerToken) return refusals.tooManyPosts;
    share.posts += 1;
    this.#shares.set(tokenHash, share);
    return new PostLease(
      (change) => this.#changeBytes(share, change),
      () => {
        share.posts -= 1;
        if (share.posts === 0) this.#shares.delete(tokenHash);
      },
    );
  }

  /** Bytes of bodies that are held now. */
  get heldBytes(): number {
    return this.#bytes;
  }

  #changeBytes(share: TokenShare, change: number): Refusal | undefined {
    if (change > 0) {
      if (share.bytes + change > this.#limits.maxBodyBytesPerToken) return refusals.tokenBodiesTooLarge;
      if (this.#bytes + change > this.#limits.maxBodyBytesHeld) return refusals.bodiesTooLarge;
    }
    share.bytes += change;
    this.#bytes += change;
    return undefined;
  }
}

/** The share of one POST, from its admission until its response is closed. */
export class PostLease {
  readonly #changeBytes: (change: number) => Refusal | undefined;
  readonly #onEnd: () => void;
  #bytes = 0;
  #ended = false;

  constructor(changeBytes: (change: number) => Refusal | undefined, onEnd: () => void) {
    this.#changeBytes = changeBytes;
    this.#onEnd = onEnd;
  }

  /** Says how many bytes the body takes now. Answers the refusal where that is more than there is room for. */
  hold(bytes: number): Refusal | undefined {
    if (this.#ended) return undefined;
    const refusal = this.#changeBytes(bytes - this.#bytes);
    if (refusal === undefined) this.#bytes = bytes;
    return refusal;
  }

  /** The body is not held any more. */
  releaseBody(): void {
    this.hold(0);
  }

  end(): void {
    if (this.#ended) return;
    this.releaseBody();
    this.#ended = true;
    this.#onEnd();
  }
}
