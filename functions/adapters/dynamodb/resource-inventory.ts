import { apiKeySecretName } from '../../domain/api-key.ts';
import type { ResourceInventory, SecretReference, StoredKey, StoredResources, StoredSecret } from '../../ports.ts';
import { readBatch } from './batch-get.ts';
import { createInstanceEntity } from './entities/instance.ts';
import { createKeyEntity } from './entities/key.ts';
import { createWorkspaceEntity } from './entities/workspace.ts';
import { requested } from './request.ts';
import { readAllShards } from './shards.ts';
import type { PlatformTable } from './table.ts';

/** The sealed Smartlead keys, wherever they lie. */
export interface SecretInventory {
  /** All versions of all of them, without what is sealed. New ones may be missing for some minutes. */
  listVersions(): Promise<StoredSecret[]>;
  /** Whether a version is there now, whatever the list says. */
  hasVersion(reference: SecretReference): Promise<boolean>;
  /** Deletes one version; no error where it does not exist. */
  deleteVersion(reference: SecretReference): Promise<void>;
}

/** How old a secret is before it is an orphan: a younger one may be about to get its key. In milliseconds. */
const orphanAge = 60 * 60 * 1000;

/** How many secrets are asked for one by one: far more than keys are made in the minutes that a list may be late. */
const mostUnlisted = 200;

/**
 * Lists what the table holds besides instances, from the indexes over all keys, workspaces and instances. Those are some moments
 * late, so nothing is deleted by what they show.
 */
export class DynamoResourceInventory implements ResourceInventory {
  readonly #keys: ReturnType<typeof createKeyEntity>;
  readonly #workspaces: ReturnType<typeof createWorkspaceEntity>;
  readonly #instances: ReturnType<typeof createInstanceEntity>;
  readonly #secrets: SecretInventory;

  constructor(table: PlatformTable, secrets: SecretInventory) {
    this.#keys = createKeyEntity(table);
    this.#workspaces = createWorkspaceEntity(table);
    this.#instances = createInstanceEntity(table);
    this.#secrets = secrets;
  }

  async read(): Promise<StoredResources> {
    // Secrets first: one is sealed before its key is stored, and the age of those without a key tells the rest.
    const secrets = await this.#secrets.listVersions();
    const [keys, tokens] = await Promise.all([this.#readKeys(), this.#countTokens()]);
    return { secrets: [...secrets, ...(await this.#unlisted(secrets, keys))], keys, tokens };
  }

  /** The secrets of keys that the list does not show yet. Where that many are missing that it cannot be the list, they are missing. */
  async #unlisted(secrets: StoredSecret[], keys: StoredKey[]): Promise<StoredSecret[]> {
    const listed = new Set(secrets.map(({ name, version }) => `${name}@${version}`));
    const missing = keys.map(({ secret }) => secret).filter(({ name, version }) => !listed.has(`${name}@${version}`));
    const found: StoredSecret[] = [];
    for (const secret of missing.slice(0, mostUnlisted)) {
      if (await this.#secrets.hasVersion(secret)) found.push({ ...secret, createdAt: new Date().toISOString() });
    }
    return found;
  }

  /** Tokens of instances that do not exist cannot be: an instance is deleted only when it has none, and takes no more then. */
  async deleteOrphans(secrets: readonly StoredSecret[]): Promise<number> {
    const before = new Date(Date.now() - orphanAge).toISOString();
    let deleted = 0;
    for (const { name, version, createdAt } of secrets) {
      if (createdAt >= before || (await this.#isReferred({ name, version }))) continue;
      await this.#secrets.deleteVersion({ name, version });
      deleted += 1;
    }
    return deleted;
  }

  /** Names of the secrets of all keys. Some moments late. */
  async listKeySecrets(): Promise<ReadonlySet<string>> {
    return new Set((await this.#keyItems()).map(({ secretName }) => secretName));
  }

  async #readKeys(): Promise<StoredKey[]> {
    const [keys, workspaces] = await Promise.all([
      this.#keyItems(),
      readAllShards(async (shard) => (await requested(() => this.#workspaces.query.all({ shard }).go({ pages: 'all' }))).data),
    ]);
    const present = new Set(workspaces.map(({ id }) => id));
    const unknown = [...new Set(keys.map(({ workspaceId }) => workspaceId).filter((id) => !present.has(id)))];
    const found = await readBatch(
      unknown.map((id) => ({ id })),
      (ids) => this.#workspaces.get(ids).go({ consistent: true }),
    );
    for (const { id } of found) present.add(id);
    return keys.map(({ id, workspaceId, secretName, secretVersion }) => ({
      id,
      workspaceId,
      hasWorkspace: present.has(workspaceId),
      secret: { name: secretName, version: secretVersion },
    }));
  }

  async #countTokens(): Promise<StoredResources['tokens']> {
    const items = await readAllShards(async (shard) => {
      const query = this.#instances.query.all({ shard }).where(({ tokenCount }, { gt }) => gt(tokenCount, 0));
      return (await requested(() => query.go({ pages: 'all', attributes: ['id', 'tokenCount'] }))).data;
    });
    return items.map(({ id, tokenCount }) => ({ instanceId: id, count: tokenCount }));
  }

  #keyItems() {
    return readAllShards(async (shard) => (await requested(() => this.#keys.query.all({ shard }).go({ pages: 'all' }))).data);
  }

  /** Asks the key itself: by the index it may have been rotated or made a moment ago. */
  async #isReferred({ name, version }: SecretReference): Promise<boolean> {
    const prefix = apiKeySecretName('');
    if (!name.startsWith(prefix)) return true; // No Smartlead key: not ours to judge.
    const { data } = await requested(() => this.#keys.get({ id: name.slice(prefix.length) }).go({ consistent: true }));
    return data?.secretName === name && data.secretVersion === version;
  }
}
