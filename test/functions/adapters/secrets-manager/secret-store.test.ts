import { describe, expect, it } from 'vitest';
import { SecretsManagerStore } from '../../../../functions/adapters/secrets-manager/secret-store.ts';
import { secretStoreContract } from '../store-contract/secret-store.ts';
import { SecretsManagerDouble } from './secrets-manager-double.ts';

const keyArn = 'arn:aws:kms:eu-central-1:123456789012:key/customer-secrets';
const clock = { now: () => new Date() };

function open(now: () => Date = clock.now) {
  const manager = new SecretsManagerDouble();
  const settings = { namePrefix: 'smartlead-mcp/test/keys/', keyArn };
  return { manager, store: new SecretsManagerStore(manager.client(), settings, { now }), settings };
}

describe('Secrets Manager as it is documented', () => {
  secretStoreContract(async () => ({ secrets: open().store, close: async () => {} }));
});

it('keeps each name in one secret below the prefix, sealed with the given key', async () => {
  const { manager, store } = open();
  await store.put('smartlead-key/key_1', 'one');
  await store.put('smartlead-key/key_1', 'two');
  expect([...manager.secrets].map(([name, secret]) => [name, secret.keyArn])).toEqual([
    ['smartlead-mcp/test/keys/smartlead-key/key_1', keyArn],
  ]);
});

it('asks once for a secret that is in use', async () => {
  const { manager, store } = open();
  const reference = await store.put('a', 'one');
  manager.requests.length = 0;
  expect(await store.get(reference)).toBe('one');
  expect(manager.requests).toEqual(['GetSecretValueCommand']);
});

it('gives versions of their own where two programs put at the same millisecond', async () => {
  const now = () => new Date('2026-11-22T08:00:00.000Z');
  const { manager, store, settings } = open(now);
  const other = new SecretsManagerStore(manager.client(), settings, { now });
  const references = [await store.put('a', 'one'), await other.put('a', 'two'), await store.put('a', 'three')];
  expect(new Set(references.map(({ version }) => version)).size).toBe(3);
  expect(await Promise.all(references.map((reference) => other.get(reference)))).toEqual(['one', 'two', 'three']);
});

it('puts after what is there, whatever the clock says, so that nobody takes a new version for an older one', async () => {
  const { manager, store: ahead, settings } = open(() => new Date('2026-11-22T08:00:05.000Z'));
  const behind = new SecretsManagerStore(manager.client(), settings, { now: () => new Date('2026-11-22T08:00:00.000Z') });
  const first = await ahead.put('a', 'one');
  const second = await behind.put('a', 'two');
  await behind.deleteVersionsBefore(second);
  await ahead.deleteVersionsBefore(first);
  expect(await behind.get(second)).toBe('two');
  await expect(behind.get(first)).rejects.toThrow();
});

it('restores a deleted secret where its name is put again, and none of its old versions', async () => {
  const { manager, store } = open();
  const old = await store.put('a', 'one');
  await store.delete('a');
  expect([...manager.secrets.values()].map(({ isDeleted }) => isDeleted)).toEqual([true]);
  const present = await store.put('a', 'two');
  expect(await store.get(present)).toBe('two');
  await expect(store.get(old)).rejects.toThrow('There is no secret a in version');
  expect(manager.secrets.size).toBe(1);
});

it('leaves nothing of replaced versions that would keep Secrets Manager from clearing them away', async () => {
  const { manager, store } = open();
  await store.put('a', 'one');
  await store.put('a', 'two');
  const last = await store.put('a', 'three');
  await store.deleteVersionsBefore(last);
  expect(manager.labels('smartlead-mcp/test/keys/a')).toEqual([[], [], ['AWSCURRENT', `version-${last.version}`]]);
});

it('can rotate for ever', async () => {
  const { store } = open();
  for (let turn = 0; turn < 50; turn += 1) await store.deleteVersionsBefore(await store.put('a', `value ${turn}`));
  expect((await store.listVersions()).map(({ name }) => name)).toEqual(['a']);
});

it('says when to try again where too many rotations broke off half-way', async () => {
  const { store } = open();
  for (let turn = 0; turn < 19; turn += 1) await store.put('a', `value ${turn}`);
  await expect(store.put('a', 'one too many')).rejects.toMatchObject({ type: 'not-available', retryAfter: 3600 });
});

it('lists all versions with the time they were put at, and what a crash left without any', async () => {
  const { manager, store, settings } = open();
  const before = Date.now();
  const references = [await store.put('a', '1'), await store.put('b', '2'), await store.put('a', '3'), await store.put('c', '4')];
  let requests = 0;
  const crash = async () => {
    requests += 1;
    if (requests === 4) throw new Error('crashed');
  };
  const crashing = new SecretsManagerStore(manager.client({ before: crash }), settings, clock);
  await expect(crashing.put('d', '5')).rejects.toThrow('crashed');

  const listed = await store.listVersions();
  for (const reference of references) expect(listed).toContainEqual(expect.objectContaining(reference));
  expect(listed).toHaveLength(5);
  expect(listed).toContainEqual(expect.objectContaining({ name: 'd', version: 0 }));
  for (const { name, createdAt } of listed) if (name !== 'd') expect(Date.parse(createdAt)).toBeGreaterThanOrEqual(before - 1000);
  await store.deleteVersion({ name: 'd', version: 0 });
  expect((await store.listVersions()).map(({ name }) => name).sort()).toEqual(['a', 'a', 'b', 'c']);
});

it('deletes one version, and the secret with its last one', async () => {
  const { manager, store } = open();
  const [one, two] = [await store.put('a', 'one'), await store.put('a', 'two')];
  await store.deleteVersion(one);
  await expect(store.get(one)).rejects.toThrow();
  expect(await store.get(two)).toBe('two');
  await store.deleteVersion(two);
  await store.deleteVersion(two);
  expect([...manager.secrets.values()].map(({ isDeleted }) => isDeleted)).toEqual([true]);
});

it('says where task definitions find a version', async () => {
  const { manager, store } = open();
  const reference = await store.put('a', 'one');
  const { arn, versionId } = await store.locate(reference);
  expect(manager.secrets.get('smartlead-mcp/test/keys/a')).toMatchObject({ arn });
  expect(manager.secrets.get('smartlead-mcp/test/keys/a')?.versions.get(versionId)?.value).toBe('one');
  await expect(store.locate({ ...reference, version: 1 })).rejects.toThrow('There is no secret a in version 1.');
});

it('a service that is away is a problem that passes, and its error tells no value', async () => {
  const away = async () => {
    throw Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
  };
  const { manager, settings } = open();
  const store = new SecretsManagerStore(manager.client({ before: away }), settings, clock);
  const failure: unknown = await store.put('a', 'a-secret-value').catch((error) => error);
  expect(failure).toMatchObject({ type: 'not-available' });
  expect(String(failure)).not.toContain('a-secret-value');
});
