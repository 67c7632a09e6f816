import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countOrphans, mayEndOrphans, orphanedInstances, orphanedSecrets } from '../../../functions/domain/orphans.ts';
import type { StoredKey, StoredSecret } from '../../../functions/ports.ts';

const now = Date.parse('2026-11-22T12:00:00.000Z');
const old = '2026-11-22T09:00:00.000Z';
const secret = (key: string, version: number, createdAt = old): StoredSecret => ({
  name: `smartlead-key/${key}`,
  version,
  createdAt,
});
const key = (id: string, version: number): StoredKey => {
  return { id, workspaceId: 'ws_1', hasWorkspace: true, secret: { name: `smartlead-key/${id}`, version } };
};

describe('how many orphans may be ended', () => {
  const counts = fc
    .record({ orphans: fc.nat(5000), rest: fc.nat(5000) })
    .map(({ orphans, rest }) => ({ orphans, all: orphans + rest, ended: 0 }));

  it('is never more than five or a fifth of all, whichever is more, unless somebody confirmed as many', () => {
    fc.assert(
      fc.property(counts, fc.nat(5000), (count, confirmed) => {
        const { orphans, all } = count;
        const bound = Math.max(5, all / 5);
        expect(mayEndOrphans(count, 0)).toBe(orphans <= bound);
        if (mayEndOrphans(count, confirmed)) expect(orphans).toBeLessThanOrEqual(Math.max(bound, confirmed));
        expect(mayEndOrphans(count, orphans)).toBe(true);
      }),
    );
  });

  it('is the same in an hour, in however many passes they turn up', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2000 }), fc.array(fc.integer({ min: 1, max: 300 })), (all, passes) => {
        let [left, ended] = [all, 0];
        for (const turnedUp of passes) {
          const orphans = Math.min(left, turnedUp);
          if (!mayEndOrphans({ orphans, all: left, ended }, 0)) break;
          left -= orphans;
          ended += orphans;
        }
        expect(ended).toBeLessThanOrEqual(Math.max(5, all / 5));
      }),
    );
  });

  it('counts one that is still there although it was ended once', () => {
    expect(countOrphans(['a', 'b'], 9, new Set(['b', 'c', 'd']))).toEqual({ orphans: 2, all: 9, ended: 2 });
  });

  it.each([1, 2, 3, 4, 5])('lets an installation of %i instances be cleared of what crashes leave behind', (all) => {
    for (let orphans = 0; orphans <= all; orphans += 1) expect(mayEndOrphans({ orphans, all, ended: 0 }, 0)).toBe(true);
  });
});

it('an instance is an orphan of which something was found and that does not exist, however much was found', () => {
  expect(orphanedInstances(['ins_1', 'ins_2', 'ins_2', 'ins_3'], new Set(['ins_1', 'ins_4']))).toEqual({
    ids: ['ins_2', 'ins_3'],
    all: 3,
  });
});

describe('sealed keys', () => {
  it('are replaced where their key refers to a later version, and orphans where no key refers to them', () => {
    const stored = {
      keys: [key('a', 3), key('b', 1)],
      secrets: [secret('a', 2), secret('a', 3), secret('a', 4), secret('b', 1), secret('gone', 1)],
      tokens: [],
    };
    expect(orphanedSecrets({ now, stored })).toEqual({
      replaced: [secret('a', 2)],
      orphans: [secret('a', 4), secret('gone', 1)],
      all: 5,
    });
  });

  it('that were sealed within the hour may be about to get their key', () => {
    const stored = { keys: [], secrets: [secret('new', 1, '2026-11-22T11:00:00.000Z')], tokens: [] };
    expect(orphanedSecrets({ now, stored })).toMatchObject({ replaced: [], orphans: [] });
  });

  it('are kept where a table from before a rotation names a version that is gone: nothing else is left of the key', () => {
    const stored = { keys: [key('rotated', 1)], secrets: [secret('rotated', 2)], tokens: [] };
    expect(orphanedSecrets({ now, stored })).toMatchObject({ replaced: [], orphans: [] });
  });

  it('are kept, too, where what is sealed is older than the table', () => {
    const stored = { keys: [key('rotated', 3)], secrets: [secret('rotated', 2)], tokens: [] };
    expect(orphanedSecrets({ now, stored })).toMatchObject({ replaced: [], orphans: [] });
  });

  it('of an empty table are all orphans, and so more than may be ended', () => {
    fc.assert(
      fc.property(fc.integer({ min: 6, max: 300 }), (count) => {
        const secrets = Array.from({ length: count }, (_, index) => secret(`key_${index}`, 1));
        const { orphans, all } = orphanedSecrets({ now, stored: { keys: [], secrets, tokens: [] } });
        expect(mayEndOrphans({ orphans: orphans.length, all, ended: 0 }, 0)).toBe(false);
      }),
    );
  });

  it('a key refers to are never named, whatever else there is', () => {
    const versions = fc.uniqueArray(fc.tuple(fc.nat(4), fc.nat(4)), { selector: String });
    fc.assert(
      fc.property(versions, fc.uniqueArray(fc.tuple(fc.nat(4), fc.nat(4)), { selector: ([id]) => id }), (sealed, keys) => {
        const stored = {
          keys: keys.map(([id, version]) => key(`${id}`, version)),
          secrets: sealed.map(([id, version]) => secret(`${id}`, version)),
          tokens: [],
        };
        const { replaced, orphans } = orphanedSecrets({ now, stored });
        const named = [...replaced, ...orphans].map(({ name, version }) => `${name}@${version}`);
        for (const { secret: wanted } of stored.keys) expect(named).not.toContain(`${wanted.name}@${wanted.version}`);
      }),
    );
  });
});
