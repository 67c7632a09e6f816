import type { RefreshSession, RefreshSessionStore } from '../../../functions/ports.ts';

export class InMemoryRefreshSessionStore implements RefreshSessionStore {
  readonly #sessions: { session: RefreshSession; usedHashes: Set<string>; revoked: boolean }[] = [];

  async create(session: RefreshSession): Promise<void> {
    this.#sessions.push({ session: { ...session }, usedHashes: new Set(), revoked: false });
  }

  async rotate(request: {
    presentedHash: string;
    nextHash: string;
    expiresAt: string;
    now: string;
  }): Promise<{ outcome: 'rotated'; session: RefreshSession } | { outcome: 'reused'; userId: string } | { outcome: 'unknown' }> {
    const { presentedHash, nextHash, expiresAt, now } = request;
    for (const entry of this.#sessions) {
      if (entry.revoked || entry.session.expiresAt <= now) continue;
      if (entry.usedHashes.has(presentedHash)) {
        entry.revoked = true;
        return { outcome: 'reused', userId: entry.session.userId };
      }
      if (entry.session.tokenHash === presentedHash) {
        entry.usedHashes.add(presentedHash);
        entry.session = { ...entry.session, tokenHash: nextHash, expiresAt };
        return { outcome: 'rotated', session: { ...entry.session } };
      }
    }
    return { outcome: 'unknown' };
  }

  async revoke(presentedHash: string): Promise<void> {
    for (const entry of this.#sessions) if (entry.session.tokenHash === presentedHash) entry.revoked = true;
  }

  /** Everything that is stored, to look for what must not be. */
  dump(): unknown {
    return this.#sessions.map(({ session, usedHashes, revoked }) => ({ session, usedHashes: [...usedHashes], revoked }));
  }
}
