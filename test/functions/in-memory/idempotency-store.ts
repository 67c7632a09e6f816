import type { IdempotencyStore, StoredResponse } from '../../../functions/ports.ts';

interface Claim {
  fingerprint: string;
  expiresAt: string;
  response?: StoredResponse;
}

export class InMemoryIdempotencyStore implements IdempotencyStore {
  readonly #claims = new Map<string, Claim>();

  async claim(request: {
    scope: string;
    key: string;
    fingerprint: string;
    now: string;
    expiresAt: string;
  }): ReturnType<IdempotencyStore['claim']> {
    const { scope, key, fingerprint, now, expiresAt } = request;
    const present = this.#claims.get(nameOf(scope, key));
    if (present === undefined || present.expiresAt <= now) {
      this.#claims.set(nameOf(scope, key), { fingerprint, expiresAt });
      return { outcome: 'claimed' };
    }
    if (present.fingerprint !== fingerprint) return { outcome: 'mismatch' };
    if (present.response === undefined) return { outcome: 'in-progress' };
    return { outcome: 'replay', response: structuredClone(present.response) };
  }

  async complete(scope: string, key: string, response: StoredResponse): Promise<void> {
    const claim = this.#claims.get(nameOf(scope, key));
    if (claim !== undefined) claim.response = structuredClone(response);
  }

  async release(scope: string, key: string): Promise<void> {
    this.#claims.delete(nameOf(scope, key));
  }
}

function nameOf(scope: string, key: string): string {
  return JSON.stringify([scope, key]);
}
