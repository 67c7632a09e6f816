import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createIdentifier } from '../../../../core/identifiers.ts';
import type { RefreshSession } from '../../../../functions/ports.ts';
import { afterNoon, newAccount, noon } from './fixtures.ts';
import { type OpenStores, useStores } from './stores.ts';

const day = 24 * 60 * 60 * 1000;

export function refreshSessionStoreContract(open: OpenStores): void {
  describe('refresh session store', () => {
    const stores = useStores(open);

    async function givenSession(): Promise<RefreshSession> {
      const { user } = await stores().accounts.createAccount(newAccount());
      const id = createIdentifier('session');
      const session = { id, userId: user.id, tokenHash: `${id}-0`, createdAt: noon, expiresAt: afterNoon(day) };
      await stores().refreshSessions.create(session);
      return session;
    }
    const rotate = (presentedHash: string, nextHash: string, now = noon) =>
      stores().refreshSessions.rotate({ presentedHash, nextHash, now, expiresAt: afterNoon(2 * day) });

    it('swaps the token for the next one', async () => {
      const session = await givenSession();
      const expected = { ...session, tokenHash: `${session.id}-1`, expiresAt: afterNoon(2 * day) };
      expect(await rotate(session.tokenHash, `${session.id}-1`)).toEqual({ outcome: 'rotated', session: expected });
      expect(await rotate(`${session.id}-1`, `${session.id}-2`)).toMatchObject({ outcome: 'rotated' });
    });

    it('does not know a token it never gave out', async () => {
      expect(await rotate('made-up', 'next')).toEqual({ outcome: 'unknown' });
    });

    it('revokes the whole session where a spent token comes again', async () => {
      const session = await givenSession();
      await rotate(session.tokenHash, `${session.id}-1`);
      await rotate(`${session.id}-1`, `${session.id}-2`);
      expect(await rotate(session.tokenHash, 'thief')).toEqual({ outcome: 'reused', userId: session.userId });
      expect(await rotate(`${session.id}-2`, `${session.id}-3`)).toEqual({ outcome: 'unknown' });
    });

    it('lets exactly one of two rivals rotate', async () => {
      for (let round = 0; round < 10; round += 1) {
        const session = await givenSession();
        const outcomes = await Promise.all(['a', 'b'].map((name) => rotate(session.tokenHash, `${session.id}-${name}`)));
        expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['reused', 'rotated']);
      }
    });

    it('does not know an expired session', async () => {
      const session = await givenSession();
      expect(await rotate(session.tokenHash, `${session.id}-1`, session.expiresAt)).toEqual({ outcome: 'unknown' });
    });

    it('revokes by the token, and only that session', async () => {
      const [session, other] = [await givenSession(), await givenSession()];
      await stores().refreshSessions.revoke(session.tokenHash);
      await stores().refreshSessions.revoke('made-up');
      expect(await rotate(session.tokenHash, `${session.id}-1`)).toEqual({ outcome: 'unknown' });
      expect(await rotate(other.tokenHash, `${other.id}-1`)).toMatchObject({ outcome: 'rotated' });
    });

    it('accepts only the newest token, in whatever order tokens are presented', () =>
      fc.assert(
        fc.asyncProperty(fc.array(fc.nat({ max: 3 }), { maxLength: 8 }), async (stepsBack) => {
          const session = await givenSession();
          const given = [session.tokenHash];
          let revoked = false;
          for (const back of stepsBack) {
            const index = Math.max(0, given.length - 1 - back);
            const next = `${session.id}-${given.length}`;
            const { outcome } = await rotate(given[index] as string, next);
            const expected = revoked ? 'unknown' : index === given.length - 1 ? 'rotated' : 'reused';
            expect(outcome).toBe(expected);
            if (outcome === 'rotated') given.push(next);
            if (outcome === 'reused') revoked = true;
          }
        }),
        { numRuns: 25 },
      ));
  });
}
