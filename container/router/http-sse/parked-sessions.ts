/** What is needed of a session to keep order among those that are parked. */
export interface Parkable {
  readonly traits: { readonly tokenHash: string };
  readonly token: { readonly id: string };
  readonly isAwaited: boolean;
  drop(): void;
}

export interface ParkedLimits {
  perToken: number;
  inAll: number;
}

/**
 * Sessions whose clients have no stream at the moment and may come back, in the order in which they were cut. Where there are too many,
 * those go first whose clients wait for nothing, then those cut longest ago, of the token that has the most: what clients wait for is
 * not lost because others leave a lot behind.
 */
export class ParkedSessions<Session extends Parkable> {
  readonly #limits: ParkedLimits;
  readonly #byToken = new Map<string, Set<Session>>();
  readonly #all = new Set<Session>();

  constructor(limits: ParkedLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#all.size;
  }

  get all(): Iterable<Session> {
    return this.#all;
  }

  ofToken(tokenHash: string): Iterable<Session> {
    return this.#byToken.get(tokenHash) ?? [];
  }

  add(session: Session): void {
    const { tokenHash } = session.traits;
    this.remove(session);
    const ofToken = this.#byToken.get(tokenHash) ?? new Set<Session>();
    this.#byToken.set(tokenHash, ofToken);
    ofToken.add(session);
    this.#all.add(session);
    if (ofToken.size > this.#limits.perToken) leastNeeded(ofToken)?.drop();
    else if (this.#all.size > this.#limits.inAll) (withoutNeed(this.#all) ?? leastNeeded(this.#largest()))?.drop();
  }

  remove(session: Session): void {
    if (!this.#all.delete(session)) return;
    const { tokenHash } = session.traits;
    const ofToken = this.#byToken.get(tokenHash);
    ofToken?.delete(session);
    if (ofToken?.size === 0) this.#byToken.delete(tokenHash);
  }

  #largest(): ReadonlySet<Session> {
    let largest: ReadonlySet<Session> = new Set();
    for (const ofToken of this.#byToken.values()) if (ofToken.size > largest.size) largest = ofToken;
    return largest;
  }

  /** Drops those of a token that is not valid any more, by its id or hash. */
  dropOfToken(tokenIdOrHash: string): void {
    for (const session of [...this.#all]) {
      if (session.token.id === tokenIdOrHash || session.traits.tokenHash === tokenIdOrHash) session.drop();
    }
  }
}

function leastNeeded<Session extends Parkable>(sessions: ReadonlySet<Session>): Session | undefined {
  const [oldest] = sessions;
  return withoutNeed(sessions) ?? oldest;
}

function withoutNeed<Session extends Parkable>(sessions: ReadonlySet<Session>): Session | undefined {
  for (const session of sessions) if (!session.isAwaited) return session;
  return undefined;
}
