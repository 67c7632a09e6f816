import type { SecretReference, SecretStore } from '../../ports.ts';

/**
 * Keeps secrets that live no longer than this process and are never written anywhere: the tokens that the router presents to
 * instances which run as its child processes.
 */
export class MemorySecretStore implements SecretStore {
  readonly #versions = new Map<string, Map<number, string>>();
  #lastVersion = 0;

  async put(name: string, value: string): Promise<SecretReference> {
    this.#lastVersion += 1;
    const versions = this.#versions.get(name) ?? new Map<number, string>();
    this.#versions.set(name, versions.set(this.#lastVersion, value));
    return { name, version: this.#lastVersion };
  }

  async get({ name, version }: SecretReference): Promise<string> {
    const value = this.#versions.get(name)?.get(version);
    if (value === undefined) throw new Error(`There is no secret ${name} in version ${version}.`);
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
    return [...this.#versions.keys()].sort();
  }
}
