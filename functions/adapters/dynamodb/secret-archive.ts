import type { SecretReference, StoredSecret } from '../../ports.ts';
import { createArchivedSecretEntity } from './entities/archived-secret.ts';
import { requested } from './request.ts';
import { readAllShards, shardOf } from './shards.ts';
import type { PlatformTable } from './table.ts';

/** A value that is sealed with a key of its own, and that key, itself sealed. */
export interface SealedValue {
  sealed: Uint8Array;
  dataKey: Uint8Array;
}

/** Seals a value so that it opens with its own name and version alone. */
export interface ValueSealer {
  seal(reference: SecretReference, value: string): Promise<SealedValue>;
  open(reference: SecretReference, sealed: SealedValue): Promise<string>;
}

/** Smartlead keys that nobody uses at present, sealed, as items of the table: some bytes of storage instead of a secret that is paid for. */
export class DynamoSecretArchive {
  readonly #entity: ReturnType<typeof createArchivedSecretEntity>;
  readonly #sealer: ValueSealer;

  constructor(table: PlatformTable, sealer: ValueSealer) {
    this.#entity = createArchivedSecretEntity(table);
    this.#sealer = sealer;
  }

  /** @param createdAt When the version was put at first. */
  async put(reference: SecretReference, value: string, createdAt: string): Promise<void> {
    const item = { ...reference, ...(await this.#sealer.seal(reference, value)), createdAt, shard: shardOf(reference.name) };
    await requested(() => this.#entity.put(item).go());
  }

  async find(reference: SecretReference): Promise<string | undefined> {
    const { name, version } = reference;
    const { data } = await requested(() => this.#entity.get({ name, version }).go({ consistent: true }));
    return data === null ? undefined : this.#sealer.open(reference, data);
  }

  /** The versions of the name, ascending. */
  async versionsOf(name: string): Promise<number[]> {
    const { data } = await requested(() => this.#entity.query.primary({ name }).go({ consistent: true, pages: 'all' }));
    return data.map(({ version }) => version);
  }

  /** No error where there is none of them. */
  async deleteVersions(name: string, versions: readonly number[]): Promise<void> {
    for (const version of versions) await requested(() => this.#entity.delete({ name, version }).go());
  }

  /** From an index, which is some moments late. */
  async listVersions(): Promise<StoredSecret[]> {
    const items = await readAllShards(async (shard) => {
      const query = this.#entity.query.all({ shard });
      return (await requested(() => query.go({ pages: 'all', attributes: ['name', 'version', 'createdAt'] }))).data;
    });
    return items.map(({ name, version, createdAt }) => ({ name, version, createdAt }));
  }
}
