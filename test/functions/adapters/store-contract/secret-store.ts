import { describe, expect, it } from 'vitest';
import { type OpenStores, type SelfContainedStores, useStores } from './stores.ts';

export function secretStoreContract(open: OpenStores<Pick<SelfContainedStores, 'secrets' | 'close'>>): void {
  describe('secret store', () => {
    const stores = useStores(open);

    it('answers each version as it was put', async () => {
      const first = await stores().secrets.put('keys/a', 'one');
      const second = await stores().secrets.put('keys/a', 'two \u{1F511}');
      expect(first.name).toBe('keys/a');
      expect(second.version).toBeGreaterThan(first.version);
      expect(await stores().secrets.get(first)).toBe('one');
      expect(await stores().secrets.get(second)).toBe('two \u{1F511}');
    });

    it('gives versions of their own to secrets that are put at the same time', async () => {
      const values = ['a', 'b', 'c', 'd', 'e'];
      const references = await Promise.all(values.map((value) => stores().secrets.put('keys/race', value)));
      expect(await Promise.all(references.map((reference) => stores().secrets.get(reference)))).toEqual(values);
    });

    it('rejects for what does not exist', async () => {
      await expect(stores().secrets.get({ name: 'keys/none', version: 1 })).rejects.toThrow();
    });

    it('deletes all versions of a name and no other', async () => {
      const gone = await stores().secrets.put('keys/gone', 'x');
      const kept = await stores().secrets.put('keys/gone-not', 'y');
      await stores().secrets.put('keys/gone', 'x2');
      await stores().secrets.delete('keys/gone');
      await stores().secrets.delete('keys/gone');
      await expect(stores().secrets.get(gone)).rejects.toThrow();
      expect(await stores().secrets.get(kept)).toBe('y');
      expect(await stores().secrets.list()).toContain('keys/gone-not');
      expect(await stores().secrets.list()).not.toContain('keys/gone');
    });

    it('deletes the versions before one, and nothing else', async () => {
      const [first, second, third] = [
        await stores().secrets.put('keys/rotated', '1'),
        await stores().secrets.put('keys/rotated', '2'),
        await stores().secrets.put('keys/rotated', '3'),
      ];
      const other = await stores().secrets.put('keys/rotated-not', 'y');
      await stores().secrets.deleteVersionsBefore(second);
      await stores().secrets.deleteVersionsBefore({ name: 'keys/none', version: 5 });
      await expect(stores().secrets.get(first)).rejects.toThrow();
      expect(await Promise.all([second, third, other].map((kept) => stores().secrets.get(kept)))).toEqual(['2', '3', 'y']);
    });

    it('lists each name once', async () => {
      await stores().secrets.put('keys/twice', '1');
      await stores().secrets.put('keys/twice', '2');
      expect((await stores().secrets.list()).filter((name) => name === 'keys/twice')).toHaveLength(1);
    });
  });
}
