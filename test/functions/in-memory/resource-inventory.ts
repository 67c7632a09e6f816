import type { ResourceInventory, SecretReference, StoredResources } from '../../../functions/ports.ts';
import type { InMemoryInstanceStore } from './instance-store.ts';
import type { InMemoryInstanceTokenStore } from './instance-token-store.ts';
import type { InMemoryKeyStore } from './key-store.ts';
import type { InMemorySecretStore } from './secret-store.ts';

/** Counts what stores in memory hold. Secrets have no age there: each is as old as a test says. */
export class InMemoryResourceInventory implements ResourceInventory {
  /** ISO 8601; when all secrets were sealed. */
  sealedAt = '2020-01-01T00:00:00.000Z';
  readonly #stores: {
    instances: InMemoryInstanceStore;
    keys: InMemoryKeyStore;
    secrets: InMemorySecretStore;
    tokens: InMemoryInstanceTokenStore;
  };

  constructor(stores: {
    instances: InMemoryInstanceStore;
    keys: InMemoryKeyStore;
    secrets: InMemorySecretStore;
    tokens: InMemoryInstanceTokenStore;
  }) {
    this.#stores = stores;
  }

  async read(): Promise<StoredResources> {
    const tokens = Map.groupBy(this.#stores.tokens.all(), ({ instanceId }) => instanceId);
    return {
      keys: this.#stores.keys.all().map(({ id, workspaceId, secret }) => ({ id, workspaceId, hasWorkspace: true, secret })),
      secrets: this.#stores.secrets.references().map((reference) => ({ ...reference, createdAt: this.sealedAt })),
      tokens: [...tokens].map(([instanceId, { length }]) => ({ instanceId, count: length })),
    };
  }

  async deleteOrphans(asked: readonly SecretReference[]): Promise<number> {
    const { instances, keys, secrets, tokens } = this.#stores;
    const isAsked = new Set(asked.map(({ name, version }) => JSON.stringify([name, version])));
    const referred = new Set(keys.all().map(({ secret }) => JSON.stringify([secret.name, secret.version])));
    const orphans = secrets.references().filter(({ name, version }) => {
      const one = JSON.stringify([name, version]);
      return isAsked.has(one) && !referred.has(one);
    });
    for (const orphan of orphans) secrets.deleteVersion(orphan);
    let deleted = orphans.length;
    for (const { id, instanceId } of tokens.all()) {
      if ((await instances.findById(instanceId)) !== undefined) continue;
      await tokens.delete(instanceId, id);
      deleted += 1;
    }
    return deleted;
  }
}
