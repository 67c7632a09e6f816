import type { IdleSecretArchive, KeySecretLocator, SecretReference, SecretStore, StoredSecret } from '../../ports.ts';
import type { SecretInventory } from '../dynamodb/resource-inventory.ts';
import type { DynamoSecretArchive } from '../dynamodb/secret-archive.ts';
import { noSuchVersion, type SecretsManagerStore } from '../secrets-manager/secret-store.ts';

type Archive = Pick<DynamoSecretArchive, 'put' | 'find' | 'versionsOf' | 'deleteVersions' | 'listVersions'>;
type InUse = Pick<
  SecretsManagerStore,
  | 'put'
  | 'find'
  | 'recover'
  | 'putBack'
  | 'delete'
  | 'deleteVersions'
  | 'deleteVersionsBefore'
  | 'list'
  | 'listVersions'
  | 'hasVersion'
  | 'findPlace'
  | 'describe'
>;

/**
 * Secrets that lie in Secrets Manager while they are in use, and sealed in the table while they are not, as a secret is paid for by the
 * month. A version is wherever it is found: it has one value for ever, so two copies never differ, and nothing has to say which one
 * counts. Three rules keep every version that was put until it is deleted, whoever ends at whichever step:
 *
 * - It leaves Secrets Manager only when it was read back from the archive.
 * - It leaves the archive only when it is deleted: what is brought back stays there, too.
 * - It is looked for in Secrets Manager, then in the archive, and then in a secret that waits for its deletion, because it may have
 *   been put while others were archived.
 */
export class TieredSecretStore implements SecretStore, SecretInventory, KeySecretLocator, IdleSecretArchive {
  readonly #inUse: InUse;
  readonly #archive: Archive;

  constructor(inUse: InUse, archive: Archive) {
    this.#inUse = inUse;
    this.#archive = archive;
  }

  async put(name: string, value: string): Promise<SecretReference> {
    const archived = await this.#archive.versionsOf(name);
    return this.#inUse.put(name, value, archived.at(-1));
  }

  /** One request for a secret that is in use, and two more for an archived one. */
  async get(reference: SecretReference): Promise<string> {
    // Twice, because it can move from the place that is looked at next to one that was looked at before.
    for (let round = 1; round <= 2; round += 1) {
      const value =
        (await this.#inUse.find(reference)) ?? (await this.#archive.find(reference)) ?? (await this.#inUse.recover(reference));
      if (value !== undefined) return value;
    }
    throw noSuchVersion(reference);
  }

  async delete(name: string): Promise<void> {
    await this.#inUse.delete(name);
    await this.#archive.deleteVersions(name, await this.#archive.versionsOf(name));
  }

  async deleteVersionsBefore(reference: SecretReference): Promise<void> {
    await this.#inUse.deleteVersionsBefore(reference);
    const older = (await this.#archive.versionsOf(reference.name)).filter((version) => version < reference.version);
    await this.#archive.deleteVersions(reference.name, older);
  }

  async deleteVersion({ name, version }: SecretReference): Promise<void> {
    await this.#inUse.deleteVersions(name, [version]);
    await this.#archive.deleteVersions(name, [version]);
  }

  async list(): Promise<string[]> {
    const [inUse, archived] = await Promise.all([this.#inUse.list(), this.#archive.listVersions()]);
    return [...new Set([...inUse, ...archived.map(({ name }) => name)])].sort();
  }

  async listVersions(): Promise<StoredSecret[]> {
    const [inUse, archived] = await Promise.all([this.#inUse.listVersions(), this.#archive.listVersions()]);
    const versions = new Map([...archived, ...inUse].map((stored) => [`${stored.name}@${stored.version}`, stored]));
    return [...versions.values()];
  }

  async hasVersion(reference: SecretReference): Promise<boolean> {
    if (await this.#inUse.hasVersion(reference)) return true;
    return (await this.#archive.versionsOf(reference.name)).includes(reference.version);
  }

  listInUse(): Promise<StoredSecret[]> {
    return this.#inUse.listVersions();
  }

  async archive(name: string): Promise<void> {
    const secret = await this.#inUse.describe(name);
    if (secret === undefined) return;
    if (secret.isDeleted) {
      // What was put while it was deleted is in use: whoever deleted it ended before seeing that.
      const [version] = secret.versions;
      if (version !== undefined) await this.#inUse.recover({ name, version });
      return;
    }
    const archived: number[] = [];
    for (const version of secret.versions) {
      if (await this.#copy({ name, version })) archived.push(version);
    }
    await this.#inUse.deleteVersions(name, archived);
  }

  async locate(reference: SecretReference): Promise<{ arn: string; versionId: string }> {
    const present = await this.#inUse.findPlace(reference);
    if (present !== undefined) return present;
    await this.bringBack(reference.name);
    await this.#inUse.recover(reference);
    const place = await this.#inUse.findPlace(reference);
    if (place === undefined) throw noSuchVersion(reference);
    return place;
  }

  /** Puts what is archived of the name where task definitions can refer to it. */
  async bringBack(name: string): Promise<void> {
    for (const version of await this.#archive.versionsOf(name)) {
      const value = await this.#archive.find({ name, version });
      if (value !== undefined) await this.#inUse.putBack({ name, version }, value);
    }
  }

  /** Answers whether the version is in the archive now. */
  async #copy(reference: SecretReference): Promise<boolean> {
    const value = await this.#inUse.find(reference);
    if (value === undefined) return false;
    if ((await this.#archive.find(reference)) === value) return true;
    await this.#archive.put(reference, value, new Date(reference.version).toISOString());
    if ((await this.#archive.find(reference)) === value) return true;
    throw new Error(`The archive does not answer ${reference.name} as it was put there.`);
  }
}
