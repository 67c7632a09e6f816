import type { SecretReference, SecretStore } from '../../../functions/ports.ts';

/** Keeps secrets unsealed, for tests only. */
export class InMemorySecretStore implements SecretStore {
  readonly #versions = new Map<string, Map<number, string>>();
  readonly #lastVersions = new Map<string, number>();

  async put(name: string, value: string): Promise<SecretReference> {
    const version = (this.#lastVersions.get(name) ?? 0) + 1;
    this.#lastVersions.set(name, version);
    this.#versions.set(name, (this.#versions.get(name) ?? new Map<number, string>()).set(version, value));
    return { name, version };
  }

  async get({ name, version }: SecretReference): Promise<string> {
    const value = this.#versions.get(name)?.get(version);
    if (value === undefined) throw new Error('there is no such secret');
    return value;
  }

  async delete(name: string): Promise<void> {
    this.#versions.delete(name);
  }

  async deleteVersionsBefore({ name, version }: SecretReference): Promise<void> {
    const versions = this.#versions.get(name);
    for (const stored of versions?.keys() ?? []) if (stored < version) versions?.delete(stored);
  }

  async list(): Promise<string[]> {
    return [...this.#versions.keys()];
  }

  /** All versions of all secrets. */
  references(): SecretReference[] {
    return [...this.#versions].flatMap(([name, versions]) => [...versions.keys()].map((version) => ({ name, version })));
  }

  /** Deletes one version. */
  deleteVersion({ name, version }: SecretReference): void {
    const versions = this.#versions.get(name);
    versions?.delete(version);
    if (versions?.size === 0) this.#versions.delete(name);
  }

  /** How many versions of a name there are. */
  versionsOf(name: string): number {
    return this.#versions.get(name)?.size ?? 0;
  }
}
