import type { Sealer } from '../../../core/sealer.ts';
import type { SecretReference, SecretStore } from '../../ports.ts';
import { createSealedSecretEntity } from './entities/sealed-secret.ts';
import { requested } from './request.ts';
import { readAllShards, shardOf } from './shards.ts';
import type { PlatformTable } from './table.ts';
import { untilUndisturbed } from './undisturbed.ts';

/**
 * Secrets as sealed items of the table, for those that live for minutes and are many, such as the tokens that routers present to
 * instances: a secret of Secrets Manager is paid for by the month. Each is sealed for its own name and version. They have no expiry:
 * whoever puts one deletes it, and the reconciler what was left behind.
 */
export class DynamoSealedSecretStore implements SecretStore {
  readonly #entity: ReturnType<typeof createSealedSecretEntity>;
  readonly #sealer: Sealer;

  constructor(table: PlatformTable, sealer: Sealer) {
    this.#entity = createSealedSecretEntity(table);
    this.#sealer = sealer;
  }

  /** A version is the time at which it was put, in milliseconds since 1970, or one more than the version before it. */
  put(name: string, value: string): Promise<SecretReference> {
    return untilUndisturbed(async () => {
      const newest = (await this.#versionsOf(name)).at(-1) ?? 0;
      const reference = { name, version: Math.max(Date.now(), newest + 1) };
      const sealed = this.#sealer.seal(sealedSecretContext(reference), value);
      const { rejected } = await requested(() =>
        this.#entity
          .create({ ...reference, sealed, shard: shardOf(name) })
          .go({ response: 'none', returnOnConditionCheckFailure: true }),
      );
      // Somebody was faster; or the SDK has sent it twice, which leaves a version that nobody knows and that goes with the others.
      return rejected ? undefined : { value: reference };
    });
  }

  async get(reference: SecretReference): Promise<string> {
    const { name, version } = reference;
    const { data } = await requested(() => this.#entity.get({ name, version }).go({ consistent: true }));
    if (data === null) throw new Error(`There is no secret ${name} in version ${version}.`);
    return this.#sealer.open(sealedSecretContext(reference), data.sealed);
  }

  async delete(name: string): Promise<void> {
    await this.#deleteVersions(name, await this.#versionsOf(name));
  }

  async deleteVersionsBefore({ name, version }: SecretReference): Promise<void> {
    const versions = await this.#versionsOf(name);
    await this.#deleteVersions(
      name,
      versions.filter((present) => present < version),
    );
  }

  /** From an index, which is some moments late. */
  async list(): Promise<string[]> {
    const items = await readAllShards(async (shard) => {
      const query = this.#entity.query.all({ shard });
      return (await requested(() => query.go({ pages: 'all', attributes: ['name'] }))).data;
    });
    return [...new Set(items.map(({ name }) => name))].sort();
  }

  /** Ascending. */
  async #versionsOf(name: string): Promise<number[]> {
    const query = this.#entity.query.primary({ name });
    const { data } = await requested(() => query.go({ pages: 'all', consistent: true, attributes: ['version'] }));
    return data.map(({ version }) => version);
  }

  async #deleteVersions(name: string, versions: readonly number[]): Promise<void> {
    for (const version of versions) await requested(() => this.#entity.delete({ name, version }).go({ response: 'none' }));
  }
}

/** What a version of a secret is sealed for. */
export function sealedSecretContext({ name, version }: SecretReference): string {
  return `sealed-secret/${name}/${version}`;
}
