import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SecretReference } from '../../../../functions/ports.ts';
import { secretStoreContract } from '../store-contract/secret-store.ts';
import { crashAt, Tiers } from './tiers.ts';

describe('secrets in two tiers', () => {
  secretStoreContract(async () => ({ secrets: new Tiers().program(), close: async () => {} }));

  it('an archived secret costs nothing and is found as before', async () => {
    const tiers = new Tiers();
    const secrets = tiers.program();
    const references = [await secrets.put('a', 'one'), await secrets.put('a', 'two')];
    await secrets.archive('a');
    expect(tiers.paidFor()).toEqual([]);
    expect(await Promise.all(references.map((reference) => secrets.get(reference)))).toEqual(['one', 'two']);
    expect(await secrets.list()).toEqual(['a']);
    const versions = await secrets.listVersions();
    expect(versions.map(({ name, version }) => ({ name, version }))).toEqual(references);
    expect(await secrets.listInUse()).toEqual([]);
    for (const reference of references) expect(await secrets.hasVersion(reference)).toBe(true);
    expect(await secrets.hasVersion({ name: 'a', version: 1 })).toBe(false);
  });

  it('is brought back where a task definition needs it, to the same place', async () => {
    const tiers = new Tiers();
    const secrets = tiers.program();
    const reference = await secrets.put('a', 'one');
    const place = await secrets.locate(reference);
    await secrets.archive('a');
    expect(await secrets.locate(reference)).toEqual(place);
    expect(tiers.paidFor()).toEqual(['a']);
    expect(await secrets.get(reference)).toBe('one');
    await secrets.archive('a');
    expect(tiers.paidFor()).toEqual([]);
  });

  it('is brought back after Secrets Manager has cleared it away', async () => {
    const tiers = new Tiers();
    const secrets = tiers.program();
    const reference = await secrets.put('a', 'one');
    await secrets.archive('a');
    tiers.manager.secrets.clear();
    const { versionId } = await secrets.locate(reference);
    expect(tiers.manager.secrets.get('keys/a')?.versions.get(versionId)?.value).toBe('one');
  });

  it('a key that is rotated while it is archived is in use again, and its old version gone', async () => {
    const tiers = new Tiers();
    const secrets = tiers.program();
    const old = await secrets.put('a', 'one');
    await secrets.archive('a');
    const present = await secrets.put('a', 'two');
    await secrets.deleteVersionsBefore(present);
    expect(await secrets.get(present)).toBe('two');
    await expect(secrets.get(old)).rejects.toThrow();
    await expect(secrets.locate(old)).rejects.toThrow();
  });

  it('a key is rotated to a version after the archived one, whatever the clock says', async () => {
    const tiers = new Tiers();
    const old = await tiers.program({}, () => new Date('2026-11-22T08:00:05.000Z')).put('a', 'one');
    const secrets = tiers.program({}, () => new Date('2026-11-22T08:00:00.000Z'));
    await secrets.archive('a');
    tiers.manager.secrets.clear();
    const present = await secrets.put('a', 'two');
    await secrets.deleteVersionsBefore(present);
    await secrets.deleteVersionsBefore(old);
    expect(await secrets.get(present)).toBe('two');
    await expect(secrets.get(old)).rejects.toThrow();
  });

  it('an archived secret is deleted by its name, and by its version where nothing refers to it any more', async () => {
    const secrets = new Tiers().program();
    const [a, b] = [await secrets.put('a', 'one'), await secrets.put('b', 'two')];
    await secrets.archive('a');
    await secrets.archive('b');
    await secrets.delete('a');
    await secrets.deleteVersion(b);
    for (const gone of [a, b]) {
      await expect(secrets.get(gone)).rejects.toThrow();
      await expect(secrets.locate(gone)).rejects.toThrow();
    }
    expect(await secrets.listVersions()).toEqual([]);
  });

  it('never deletes what the archive does not answer as it was', async () => {
    const tiers = new Tiers();
    const reference = await tiers.program().put('a', 'one');
    // Loses what is put there.
    const lossy = tiers.program({ after: async () => tiers.archived.clear() });
    await expect(lossy.archive('a')).rejects.toThrow('does not answer');
    expect(tiers.paidFor()).toEqual(['a']);
    expect(await tiers.program().get(reference)).toBe('one');
  });

  const operations = { archive: 'archive', locate: 'bring back', put: 'rotate' } as const;
  it.each(Object.entries(operations))('loses nothing, whichever step "%s" ends at', async (operation) => {
    for (const when of ['before', 'after'] as const) {
      for (let request = 1, crashed = true; crashed; request += 1) {
        const tiers = new Tiers();
        const witness = tiers.program();
        const references = [await witness.put('a', 'one'), await witness.put('a', 'two')];
        if (operation !== 'archive') await witness.archive('a');
        const hooks = crashAt(request, when);
        const mortal = tiers.program(hooks);
        const work = {
          archive: () => mortal.archive('a'),
          locate: () => mortal.locate(references[1] as SecretReference),
          put: () => mortal.put('a', 'three'),
        };
        await work[operation as keyof typeof work]().catch(() => {});
        crashed = hooks.crashed;
        expect(await Promise.all(references.map((reference) => witness.get(reference)))).toEqual(['one', 'two']);
        // The next pass completes it, whatever it was.
        await witness.archive('a');
        expect(tiers.paidFor()).toEqual([]);
        expect(await Promise.all(references.map((reference) => witness.get(reference)))).toEqual(['one', 'two']);
        expect(request).toBeLessThan(40);
      }
    }
  });

  it('a deletion that was interrupted leaves nothing once it is done again', async () => {
    for (const when of ['before', 'after'] as const) {
      for (let request = 1, crashed = true; crashed; request += 1) {
        const tiers = new Tiers();
        const witness = tiers.program();
        const reference = await witness.put('a', 'one');
        await witness.archive('a');
        await witness.locate(reference);
        const hooks = crashAt(request, when);
        await tiers
          .program(hooks)
          .delete('a')
          .catch(() => {});
        crashed = hooks.crashed;
        for (const { name, version } of await witness.listVersions()) await witness.deleteVersion({ name, version });
        await expect(witness.get(reference)).rejects.toThrow();
        expect([tiers.paidFor(), await witness.listVersions()]).toEqual([[], []]);
      }
    }
  });

  /** A rotation between any two steps of an archiving, which then ends at any step. Answers what was rotated in. */
  async function rotateWhileArchiving(tiers: Tiers, rotateAt: number, endAt: number) {
    const witness = tiers.program();
    const first = await witness.put('a', 'first');
    let requests = 0;
    let second: SecretReference | undefined;
    const archiving = tiers.program({
      async before() {
        requests += 1;
        if (requests === rotateAt) second = await witness.put('a', 'second');
        if (requests >= endAt) throw new Error('crashed');
      },
    });
    const [end] = await Promise.allSettled([archiving.archive('a')]);
    return { witness, first, second, ended: end.status === 'rejected', requests };
  }

  it('a rotation between any two steps of an archiving is not lost, at whichever step that ends', async () => {
    for (let rotateAt = 1, reached = true; reached; rotateAt += 1) {
      for (let endAt = rotateAt, ended = true; ended; endAt += 1) {
        const tiers = new Tiers();
        const { witness, first, second, ...run } = await rotateWhileArchiving(tiers, rotateAt, endAt);
        ended = run.ended;
        reached = run.requests >= rotateAt;
        expect(await witness.get(first)).toBe('first');
        if (second !== undefined) expect(await witness.get(second)).toBe('second');
      }
    }
  });

  it('a rotation while a secret is being deleted leaves it in use', async () => {
    for (let rotateAt = 1, reached = true; reached; rotateAt += 1) {
      const tiers = new Tiers();
      const { second, requests } = await rotateWhileArchiving(tiers, rotateAt, Infinity);
      reached = requests >= rotateAt;
      // Early enough, it is put by with the other one.
      if (second !== undefined && !tiers.archived.has(`a@${second.version}`)) expect(tiers.paidFor()).toEqual(['a']);
    }
  });

  it('who asks finds a version that moves while they look for it', async () => {
    for (let rotateAt = 1, reached = true; reached; rotateAt += 1) {
      for (let endAt = rotateAt, ended = true; ended; endAt += 1) {
        for (let movesAt = 1; movesAt <= 6; movesAt += 1) {
          const tiers = new Tiers();
          const { witness, second, ...run } = await rotateWhileArchiving(tiers, rotateAt, endAt);
          ended = run.ended;
          reached = run.requests >= rotateAt;
          let requests = 0;
          const asking = tiers.program({
            async before() {
              requests += 1;
              if (requests === movesAt) for (let pass = 1; pass <= 2; pass += 1) await witness.archive('a');
            },
          });
          if (second !== undefined) expect(await asking.get(second)).toBe('second');
        }
      }
    }
  });

  const programs = fc.array(
    fc.record({
      operation: fc.constantFrom('archive', 'archive', 'put', 'get', 'locate'),
      crashAtRequest: fc.option(fc.integer({ min: 1, max: 14 })),
      when: fc.constantFrom('before' as const, 'after' as const),
    }),
    { minLength: 2, maxLength: 4 },
  );
  it('no order of requests of several programs, some of which end half-way, loses a version', () =>
    fc.assert(
      fc.asyncProperty(fc.scheduler(), programs, fc.boolean(), async (scheduler, plan, archivedBefore) => {
        const tiers = new Tiers();
        const witness = tiers.program();
        const known = new Map<SecretReference, string>();
        const first = await witness.put('a', 'first');
        known.set(first, 'first');
        if (archivedBefore) await witness.archive('a');
        const works = plan.map(async ({ operation, crashAtRequest, when }, index) => {
          const crash = crashAtRequest === null ? undefined : crashAt(crashAtRequest, when);
          const program = tiers.program({
            before: async () => {
              await scheduler.schedule(Promise.resolve(), `${index}: ${operation}`);
              await crash?.before?.();
            },
            after: async () => crash?.after?.(),
          });
          try {
            if (operation === 'archive') await program.archive('a');
            if (operation === 'locate') await program.locate(first);
            if (operation === 'get') expect(await program.get(first)).toBe('first');
            if (operation === 'put') known.set(await program.put('a', `value ${index}`), `value ${index}`);
          } catch (error) {
            if (crash?.crashed !== true && operation === 'get') throw error;
          }
        });
        await scheduler.waitFor(Promise.all(works));
        const expectAll = async () => {
          for (const [reference, value] of known) expect(await witness.get(reference)).toBe(value);
        };
        await expectAll();
        for (let pass = 1; pass <= 2; pass += 1) await witness.archive('a');
        expect(tiers.paidFor()).toEqual([]);
        await expectAll();
        for (const reference of known.keys()) await witness.locate(reference);
        await witness.delete('a');
        for (const reference of known.keys()) await expect(witness.get(reference)).rejects.toThrow();
        expect(tiers.paidFor()).toEqual([]);
      }),
      { numRuns: 200 },
    ));
});
