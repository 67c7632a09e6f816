import { expect, it } from 'vitest';
import { apiKeySecretName } from '../../../functions/domain/api-key.ts';
import { KeyArchive } from '../../../functions/instance-manager/key-archive.ts';
import type { Instance, InstanceStore, StoredSecret } from '../../../functions/ports.ts';
import { newInstance } from '../adapters/store-contract/fixtures.ts';

const now = new Date('2026-11-22T12:00:00.000Z');
const twoDaysAgo = '2026-11-20T12:00:00.000Z';

/** Instances in pages of two, as a store answers them. */
function storeOf(instances: Instance[]): InstanceStore {
  const listAll: InstanceStore['listAll'] = async ({ cursor }) => {
    const from = Number(cursor ?? 0);
    const next = from + 2;
    return { items: instances.slice(from, next), nextCursor: next < instances.length ? String(next) : null };
  };
  return { listAll } as InstanceStore;
}

function instanceOf(keyId: string, change: Partial<Instance> = {}): Instance {
  return newInstance('ws_1', keyId, { status: 'sleeping', runtime: null, updatedAt: twoDaysAgo, ...change });
}

interface Situation {
  keys: string[];
  instances: Instance[];
  mostInAPass?: number;
  /** Keys that the table knows. */
  known?: string[];
}

function setUp({ keys, instances, mostInAPass, known = keys }: Situation) {
  const inUse: StoredSecret[] = keys.map((key) => ({ name: apiKeySecretName(key), version: 1, createdAt: twoDaysAgo }));
  const archived: string[] = [];
  const reported: string[] = [];
  const broken = new Set<string>();
  const archive = new KeyArchive(
    {
      instances: storeOf(instances),
      clock: { now: () => now },
      report: ({ message }) => void reported.push(message),
      listKeySecrets: async () => new Set(known.map(apiKeySecretName)),
      secrets: {
        listInUse: async () => inUse.filter(({ name }) => !archived.includes(name)),
        async archive(name) {
          if (broken.has(name)) throw new Error('KMS is away');
          archived.push(name);
        },
      },
    },
    mostInAPass === undefined ? {} : { mostInAPass },
  );
  return { archive, inUse, archived, reported, broken };
}

it('puts by the keys of who has been away for a day, and no other', async () => {
  const { archive, inUse, archived } = setUp({
    keys: ['asleep', 'awake', 'both', 'unused', 'rotated'],
    instances: [
      ...[instanceOf('asleep'), instanceOf('asleep', { status: 'stopped' }), instanceOf('awake', { status: 'running' })],
      ...[instanceOf('both'), instanceOf('both', { status: 'restarting' }), instanceOf('rotated')],
    ],
  });
  inUse.push({ name: apiKeySecretName('rotated'), version: 2, createdAt: now.toISOString() });
  inUse.push({ name: 'another-kind/of-secret', version: 1, createdAt: twoDaysAgo });
  expect(await archive.run()).toEqual({ archived: 2, failed: 0, postponed: 0 });
  expect(archived.sort()).toEqual(['asleep', 'unused'].map(apiKeySecretName));
  expect(await archive.run()).toEqual({ archived: 0, failed: 0, postponed: 0 });
});

it('one key that fails is reported and keeps no other from being put by', async () => {
  const { archive, archived, reported, broken } = setUp({ keys: ['a', 'b', 'c'], instances: [] });
  broken.add(apiKeySecretName('b'));
  expect(await archive.run()).toEqual({ archived: 2, failed: 1, postponed: 0 });
  expect(archived).not.toContain(apiKeySecretName('b'));
  expect(reported).toEqual([expect.stringContaining(apiKeySecretName('b'))]);
  broken.clear();
  expect(await archive.run()).toEqual({ archived: 1, failed: 0, postponed: 0 });
});

it('takes so many in a pass at most, and the rest in the next ones', async () => {
  const keys = Array.from({ length: 7 }, (_, index) => `key_${index}`);
  const { archive, archived } = setUp({ keys, instances: [], mostInAPass: 3 });
  expect(await archive.run()).toEqual({ archived: 3, failed: 0, postponed: 4 });
  await archive.run();
  expect(await archive.run()).toEqual({ archived: 1, failed: 0, postponed: 0 });
  expect(archived.sort()).toEqual(keys.map(apiKeySecretName));
});

it('leaves a key where it is that the table does not know, as in an empty one', async () => {
  const { archive, archived } = setUp({ keys: ['mine', 'of another table'], known: ['mine'], instances: [] });
  expect(await archive.run()).toEqual({ archived: 1, failed: 0, postponed: 0 });
  expect(archived).toEqual([apiKeySecretName('mine')]);
});
