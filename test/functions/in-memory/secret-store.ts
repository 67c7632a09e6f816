import type { SecretReference, SecretStore } from '../../../functions/ports.ts';

/** Keeps secrets unsealed, for tests only. */
export class InMemorySecretStore implements SecretStore {
  readonly #versions = new Map<string, string[]>();

  async put(name: string, value: string): Promise<SecretReference> {
    const versions = this.#versions.get(name) ?? [];
    versions.push(value);
    this.#versions.set(name, versions);
    return { name, version: versions.length };
  }

  async get({ name, version }: SecretReference): Promise<string> {
    const value = this.#versions.get(name)?.[version - 1];
    if (value === undefined) throw new Error('there is no such secret');
    return value;
  }

  async delete(name: string): Promise<void> {
    this.#versions.delete(name);
  }

  async list(): Promise<string[]> {
    return [...this.#versions.keys()];
  }
}
