import type { SecretReference, StoredSecret } from '../../../../functions/ports.ts';
import type { RequestHooks } from '../secrets-manager/secrets-manager-double.ts';

/** The archive of secrets in memory; several can share what is archived, each with hooks of its own. */
export class MemoryArchive {
  readonly #items: Map<string, StoredSecret & { value: string }>;
  readonly #hooks: RequestHooks;

  constructor(items: Map<string, StoredSecret & { value: string }> = new Map(), hooks: RequestHooks = {}) {
    this.#items = items;
    this.#hooks = hooks;
  }

  put(reference: SecretReference, value: string, createdAt: string): Promise<void> {
    return this.#request(() => void this.#items.set(keyOf(reference), { ...reference, value, createdAt }));
  }

  find(reference: SecretReference): Promise<string | undefined> {
    return this.#request(() => this.#items.get(keyOf(reference))?.value);
  }

  versionsOf(name: string): Promise<number[]> {
    return this.#request(() => [...this.#items.values()].filter((item) => item.name === name).map(({ version }) => version));
  }

  deleteVersions(name: string, versions: readonly number[]): Promise<void> {
    return this.#request(() => {
      for (const version of versions) this.#items.delete(keyOf({ name, version }));
    });
  }

  listVersions(): Promise<StoredSecret[]> {
    return this.#request(() => [...this.#items.values()].map(({ value: _, ...stored }) => stored));
  }

  async #request<Answer>(effect: () => Answer): Promise<Answer> {
    await this.#hooks.before?.();
    const answer = effect();
    await this.#hooks.after?.();
    return answer;
  }
}

function keyOf({ name, version }: SecretReference): string {
  return `${name}@${version}`;
}
