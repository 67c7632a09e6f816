import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createIdentifier } from '../../../../core/identifiers.ts';
import type { RefreshSession } from '../../../../functions/ports.ts';
import { afterNoon, newAccount, noon } from './fixtures.ts';
import { type OpenStores, type SelfContainedStores, useStores } from './stores.ts';

const day = 24 * 60 * 60 * 1000;
const grace = 10_000;

export function refreshSessionStoreContract(open: OpenStores<SelfContainedStores>): void {
  describe('refresh session store', () => {
    const stores = useStores(open);

    async function givenSession(): Promise<RefreshSession> {
      const { user } = await stores().accounts.createAccount(newAccount());
      const id = createIdentifier('session');
      const session = { id, userId: user.id, tokenHash: `${id}-0`, createdAt: noon, expiresAt: afterNoon(day) };
      await stores().refreshSessions.create(session);
      return session;
    }
    /** At a time in milliseconds after noon. */
    const rotate = (presentedHash: string, nextHash: string, at = 0) =>
      stores().refreshSessions.rotate({
        presentedHash,
        nextHash,
        now: afterNoon(at),
        expiresAt: afterNoon(2 * day),
        createdAfter: afterNoon(at - 90 * day),
        replacedAfter: afterNoon(at - grace),
      });
    const outcomeOf = async (...request: Parameters<typeof rotate>) => (await rotate(...request)).outcome;

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

    it('accepts the token it has just replaced once more, because its answer may be lost', async () => {
      const session = await givenSession();
      await rotate(session.tokenHash, `${session.id}-lost`);
      expect(await outcomeOf(session.tokenHash, `${session.id}-again`, grace - 1)).toBe('rotated');
      expect(await outcomeOf(`${session.id}-again`, `${session.id}-2`, grace)).toBe('rotated');
      expect(await outcomeOf(`${session.id}-lost`, 'thief', grace)).toBe('reused');
      expect(await outcomeOf(`${session.id}-2`, `${session.id}-3`, grace)).toBe('unknown');
    });

    it('lets the answer that came last count, whichever it was', async () => {
      const session = await givenSession();
      await rotate(session.tokenHash, `${session.id}-a`);
      await rotate(session.tokenHash, `${session.id}-b`);
      expect(await outcomeOf(`${session.id}-a`, `${session.id}-2`, day / 2)).toBe('rotated');
      expect(await outcomeOf(`${session.id}-b`, 'thief', day / 2)).toBe('reused');
    });

    it('revokes where the replaced token comes again too late, and repeating it wins no time', async () => {
      const session = await givenSession();
      await rotate(session.tokenHash, `${session.id}-1`);
      expect(await outcomeOf(session.tokenHash, `${session.id}-2`, grace - 1)).toBe('rotated');
      expect(await outcomeOf(session.tokenHash, 'thief', grace)).toBe('reused');
      expect(await outcomeOf(`${session.id}-2`, `${session.id}-3`, grace)).toBe('unknown');
    });

    it('lets both of two rivals rotate, and one of their tokens live on', async () => {
      for (let round = 0; round < 10; round += 1) {
        const session = await givenSession();
        const outcomes = await Promise.all(['a', 'b'].map((name) => outcomeOf(session.tokenHash, `${session.id}-${name}`)));
        expect(outcomes).toEqual(['rotated', 'rotated']);
        const later = await Promise.all(['a', 'b'].map((name) => outcomeOf(`${session.id}-${name}`, `${session.id}-${name}2`)));
        expect(later.sort()).toEqual(['reused', 'rotated']);
      }
    });

    it('does not know an expired session', async () => {
      const session = await givenSession();
      expect(await rotate(session.tokenHash, `${session.id}-1`, day)).toEqual({ outcome: 'unknown' });
    });

    it('does not know a session beyond its longest life, however often it was refreshed', async () => {
      const { user } = await stores().accounts.createAccount(newAccount());
      const id = createIdentifier('session');
      await stores().refreshSessions.create({
        id,
        userId: user.id,
        tokenHash: `${id}-0`,
        createdAt: afterNoon(-90 * day),
        expiresAt: afterNoon(day),
      });
      expect(await outcomeOf(`${id}-0`, `${id}-1`, -1)).toBe('rotated');
      expect(await outcomeOf(`${id}-1`, `${id}-2`)).toBe('unknown');
    });

    it('revokes by the token, and only that session', async () => {
      const [session, other] = [await givenSession(), await givenSession()];
      expect(await stores().refreshSessions.revoke(session.tokenHash)).toEqual({ userId: session.userId });
      expect(await stores().refreshSessions.revoke(session.tokenHash)).toBeUndefined();
      expect(await stores().refreshSessions.revoke('made-up')).toBeUndefined();
      expect(await rotate(session.tokenHash, `${session.id}-1`)).toEqual({ outcome: 'unknown' });
      expect(await rotate(other.tokenHash, `${other.id}-1`)).toMatchObject({ outcome: 'rotated' });
    });

    it('revokes by a token that was spent, too', async () => {
      const session = await givenSession();
      await rotate(session.tokenHash, `${session.id}-1`);
      await stores().refreshSessions.revoke(session.tokenHash);
      expect(await outcomeOf(`${session.id}-1`, `${session.id}-2`)).toBe('unknown');
    });

    it('accepts the tokens of the newest generation and, for a moment, the one before, in whatever order they are presented', () =>
      fc.assert(
        fc.asyncProperty(
          fc.array(fc.record({ back: fc.nat({ max: 3 }), wait: fc.constantFrom(0, grace / 2, grace) }), { maxLength: 10 }),
          async (steps) => {
            const session = await givenSession();
            const given = [session.tokenHash];
            let current = new Set(given);
            let previous: { hash: string; at: number } | undefined;
            let revoked = false;
            let at = 0;
            for (const { back, wait } of steps) {
              at += wait;
              const presented = given[Math.max(0, given.length - 1 - back)] as string;
              const next = `${session.id}-${given.length}`;
              const isGrace = !current.has(presented) && previous?.hash === presented && at - previous.at < grace;
              const expected: string = revoked ? 'unknown' : current.has(presented) || isGrace ? 'rotated' : 'reused';
              expect(await outcomeOf(presented, next, at)).toBe(expected);
              revoked ||= expected === 'reused';
              if (expected !== 'rotated') continue;
              given.push(next);
              if (isGrace) current.add(next);
              else [current, previous] = [new Set([next]), { hash: presented, at }];
            }
          },
        ),
        { numRuns: 40 },
      ));

    it('lets at most one chain survive a race, and finds the reuse of any other token after it', () =>
      fc.assert(
        fc.asyncProperty(
          fc.nat({ max: 2 }),
          fc.array(fc.nat({ max: 2 }), { minLength: 2, maxLength: 5 }),
          fc.infiniteStream(fc.nat()),
          async (uses, racers, order) => {
            const session = await givenSession();
            const given = [session.tokenHash];
            for (let use = 0; use < uses; use += 1) {
              given.push(`${session.id}-use${use}`);
              await rotate(given.at(-2) as string, given.at(-1) as string);
            }
            const race = await Promise.all(
              racers.map(async (back, racer) => {
                const presented = given[Math.max(0, given.length - 1 - back)] as string;
                const next = `${session.id}-race${racer}`;
                return { next, outcome: await outcomeOf(presented, next) };
              }),
            );
            given.push(...race.filter(({ outcome }) => outcome === 'rotated').map(({ next }) => next));
            const late = given
              .map((hash) => ({ hash, rank: order.next().value ?? 0 }))
              .sort((one, other) => one.rank - other.rank);
            const outcomes: string[] = [];
            for (const { hash } of late) outcomes.push(await outcomeOf(hash, `${hash}-late`, grace));
            expect(outcomes.filter((outcome) => outcome === 'rotated').length).toBeLessThanOrEqual(1);
            expect(outcomes.at(-1)).not.toBe('rotated');
          },
        ),
        { numRuns: 40 },
      ));
  });
}
