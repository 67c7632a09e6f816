import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { afterNoon, noon } from './fixtures.ts';
import { type OpenStores, useStores } from './stores.ts';

const response = { status: 201, headers: { 'content-type': 'application/json' }, body: '{"token":"shown once"}' };

export function idempotencyStoreContract(open: OpenStores): void {
  describe('idempotency store', () => {
    const stores = useStores(open);
    const newRequest = () => ({ scope: 'ws_1', key: randomUUID(), fingerprint: 'f', now: noon, expiresAt: afterNoon(1000_000) });

    it('claims, then replays the answer', async () => {
      const request = newRequest();
      expect(await stores().idempotency.claim(request)).toEqual({ outcome: 'claimed' });
      expect(await stores().idempotency.claim(request)).toEqual({ outcome: 'in-progress' });
      await stores().idempotency.complete(request.scope, request.key, response);
      expect(await stores().idempotency.claim(request)).toEqual({ outcome: 'replay', response });
    });

    it('gives the claim to one of several at the same time', async () => {
      const request = newRequest();
      const claims = await Promise.all(Array.from({ length: 6 }, () => stores().idempotency.claim(request)));
      expect(claims.filter(({ outcome }) => outcome === 'claimed')).toHaveLength(1);
      expect(claims.filter(({ outcome }) => outcome === 'in-progress')).toHaveLength(5);
    });

    it('tells another request apart, before and after the answer', async () => {
      const request = newRequest();
      const other = { ...request, fingerprint: 'g' };
      await stores().idempotency.claim(request);
      expect(await stores().idempotency.claim(other)).toEqual({ outcome: 'mismatch' });
      await stores().idempotency.complete(request.scope, request.key, response);
      expect(await stores().idempotency.claim(other)).toEqual({ outcome: 'mismatch' });
    });

    it('keeps scopes apart', async () => {
      const request = newRequest();
      await stores().idempotency.claim(request);
      expect(await stores().idempotency.claim({ ...request, scope: 'ws_2' })).toEqual({ outcome: 'claimed' });
    });

    it('gives a released key free, but never an answered one', async () => {
      const request = newRequest();
      await stores().idempotency.claim(request);
      await stores().idempotency.release(request.scope, request.key);
      expect(await stores().idempotency.claim(request)).toEqual({ outcome: 'claimed' });
      await stores().idempotency.complete(request.scope, request.key, response);
      await stores().idempotency.release(request.scope, request.key);
      expect(await stores().idempotency.claim(request)).toEqual({ outcome: 'replay', response });
    });

    it('forgets an answer that has expired', async () => {
      const request = newRequest();
      await stores().idempotency.claim(request);
      await stores().idempotency.complete(request.scope, request.key, response);
      const later = { ...request, fingerprint: 'g', now: request.expiresAt, expiresAt: afterNoon(2000_000) };
      expect(await stores().idempotency.claim(later)).toEqual({ outcome: 'claimed' });
    });

    it('passes on, after a minute and to one only, a claim whose process died', async () => {
      const request = newRequest();
      await stores().idempotency.claim(request);
      expect(await stores().idempotency.claim({ ...request, now: afterNoon(59_000) })).toEqual({ outcome: 'in-progress' });
      const late = { ...request, now: afterNoon(60_001) };
      expect(await stores().idempotency.claim({ ...late, fingerprint: 'g' })).toEqual({ outcome: 'mismatch' });
      const claims = await Promise.all([1, 2, 3].map(() => stores().idempotency.claim(late)));
      expect(claims.filter(({ outcome }) => outcome === 'claimed')).toHaveLength(1);
    });
  });
}
