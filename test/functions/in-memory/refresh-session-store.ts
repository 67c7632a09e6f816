import type { RefreshRotation, RefreshRotationOutcome, RefreshSession, RefreshSessionStore } from '../../../functions/ports.ts';

interface Entry {
  session: RefreshSession;
  /** Tokens given out for the same predecessor as the present one, none of which was used yet. */
  siblings: Set<string>;
  previous: { tokenHash: string; replacedAt: string } | undefined;
  spentHashes: Set<string>;
}

export class InMemoryRefreshSessionStore implements RefreshSessionStore {
  #entries: Entry[] = [];

  async create(session: RefreshSession): Promise<void> {
    this.#entries.push({ session: { ...session }, siblings: new Set(), previous: undefined, spentHashes: new Set() });
  }

  async rotate(request: RefreshRotation): Promise<RefreshRotationOutcome> {
    const { presentedHash, nextHash, expiresAt, now, createdAfter, replacedAfter } = request;
    const entry = this.#find(presentedHash);
    if (entry === undefined || entry.session.expiresAt <= now || entry.session.createdAt <= createdAfter) {
      return { outcome: 'unknown' };
    }
    const { session, siblings, previous, spentHashes } = entry;
    if (session.tokenHash === presentedHash || siblings.has(presentedHash)) {
      for (const hash of [session.tokenHash, ...siblings]) spentHashes.add(hash);
      siblings.clear();
      entry.previous = { tokenHash: presentedHash, replacedAt: now };
    } else if (previous?.tokenHash === presentedHash && previous.replacedAt > replacedAfter) {
      siblings.add(session.tokenHash);
    } else {
      this.#entries = this.#entries.filter((other) => other !== entry);
      return { outcome: 'reused', userId: session.userId };
    }
    entry.session = { ...session, tokenHash: nextHash, expiresAt };
    return { outcome: 'rotated', session: { ...entry.session } };
  }

  async revoke(presentedHash: string): Promise<{ userId: string } | undefined> {
    const entry = this.#find(presentedHash);
    this.#entries = this.#entries.filter((other) => other !== entry);
    return entry && { userId: entry.session.userId };
  }

  /** Everything that is stored, to look for what must not be. */
  dump(): unknown {
    return this.#entries.map((entry) => ({
      ...entry,
      siblings: [...entry.siblings],
      spentHashes: [...entry.spentHashes],
    }));
  }

  #find(hash: string): Entry | undefined {
    return this.#entries.find(
      ({ session, siblings, spentHashes }) => session.tokenHash === hash || siblings.has(hash) || spentHashes.has(hash),
    );
  }
}
