import { keyOfScope, type Scope } from './fairness/scope.ts';
import type { RouterLimits } from './options.ts';
import { type Refusal, refusals } from './refusal.ts';
import type { VerifiedToken } from './token-verifier.ts';

type PostLimits = Pick<
  RouterLimits,
  | 'maxPostsPerToken'
  | 'maxPostsPerInstance'
  | 'maxPostsPerWorkspace'
  | 'maxBodyBytesPerToken'
  | 'maxBodyBytesPerInstance'
  | 'maxBodyBytesPerWorkspace'
  | 'maxBodyBytesHeld'
>;

/** What one token, instance or workspace has open. */
interface Share {
  readonly key: string;
  posts: number;
  bytes: number;
}

/**
 * Keeps count of the POSTs that are open and of the memory their bodies take, so that whoever sends much, or slowly, uses up its own
 * share and not everybody's.
 */
export class PostAllowance {
  readonly #maxHeld: number;
  readonly #tokens: Shares;
  readonly #instances: Shares;
  readonly #workspaces: Shares;
  #bytes = 0;

  constructor(limits: PostLimits) {
    this.#maxHeld = limits.maxBodyBytesHeld;
    this.#tokens = new Shares('token', limits.maxPostsPerToken, limits.maxBodyBytesPerToken);
    this.#instances = new Shares('instance', limits.maxPostsPerInstance, limits.maxBodyBytesPerInstance);
    this.#workspaces = new Shares('workspace', limits.maxPostsPerWorkspace, limits.maxBodyBytesPerWorkspace);
  }

  /** Lets one more POST of the token in, or says why not. Whoever is let in ends the lease when the response is closed. */
  admit(token: VerifiedToken): PostLease | Refusal {
    if (!this.#tokens.hasRoomFor(token)) return refusals.tooManyPosts;
    if (!this.#instances.hasRoomFor(token) || !this.#workspaces.hasRoomFor(token)) return refusals.instanceTooManyPosts;
    return new PostLease(this, this.#tokens.open(token), this.#instances.open(token), this.#workspaces.open(token));
  }

  /** Bytes of bodies that are held now. */
  get heldBytes(): number {
    return this.#bytes;
  }

  /** One POST's body takes so much more, or less. Answers the refusal where there is no room for it; then nothing was changed. */
  changeBytes(change: number, ofToken: Share, ofInstance: Share, ofWorkspace: Share): Refusal | undefined {
    if (change > 0) {
      if (ofToken.bytes + change > this.#tokens.maxBytes) return refusals.tokenBodiesTooLarge;
      if (ofInstance.bytes + change > this.#instances.maxBytes) return refusals.instanceBodiesTooLarge;
      if (ofWorkspace.bytes + change > this.#workspaces.maxBytes) return refusals.instanceBodiesTooLarge;
      if (this.#bytes + change > this.#maxHeld) return refusals.bodiesTooLarge;
    }
    ofToken.bytes += change;
    ofInstance.bytes += change;
    ofWorkspace.bytes += change;
    this.#bytes += change;
    return undefined;
  }

  /** One POST less is open. */
  close(ofToken: Share, ofInstance: Share, ofWorkspace: Share): void {
    this.#tokens.close(ofToken);
    this.#instances.close(ofInstance);
    this.#workspaces.close(ofWorkspace);
  }
}

class Shares {
  readonly maxBytes: number;
  readonly #scope: Scope;
  readonly #maxPosts: number;
  readonly #shares = new Map<string, Share>();

  constructor(scope: Scope, maxPosts: number, maxBytes: number) {
    this.#scope = scope;
    this.#maxPosts = maxPosts;
    this.maxBytes = maxBytes;
  }

  hasRoomFor(token: VerifiedToken): boolean {
    const share = this.#shares.get(keyOfScope(this.#scope, token));
    return share === undefined || share.posts < this.#maxPosts;
  }

  open(token: VerifiedToken): Share {
    const key = keyOfScope(this.#scope, token);
    let share = this.#shares.get(key);
    if (share === undefined) {
      share = { key, posts: 0, bytes: 0 };
      this.#shares.set(key, share);
    }
    share.posts += 1;
    return share;
  }

  close(share: Share): void {
    share.posts -= 1;
    if (share.posts === 0) this.#shares.delete(share.key);
  }
}

/** The share of one POST, from its admission until its response is closed. */
export class PostLease {
  readonly #allowance: PostAllowance;
  readonly #ofToken: Share;
  readonly #ofInstance: Share;
  readonly #ofWorkspace: Share;
  #bytes = 0;
  #ended = false;

  constructor(allowance: PostAllowance, ofToken: Share, ofInstance: Share, ofWorkspace: Share) {
    this.#allowance = allowance;
    this.#ofToken = ofToken;
    this.#ofInstance = ofInstance;
    this.#ofWorkspace = ofWorkspace;
  }

  /** Says how many bytes the body takes now. Answers the refusal where that is more than there is room for. */
  hold(bytes: number): Refusal | undefined {
    if (this.#ended || bytes === this.#bytes) return undefined;
    const refusal = this.#allowance.changeBytes(bytes - this.#bytes, this.#ofToken, this.#ofInstance, this.#ofWorkspace);
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
    this.#allowance.close(this.#ofToken, this.#ofInstance, this.#ofWorkspace);
  }
}
