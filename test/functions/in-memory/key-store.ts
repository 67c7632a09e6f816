import { ProblemError } from '../../../core/problem.ts';
import { refuseBeyond, workspaceKeys } from '../../../functions/domain/quotas.ts';
import type { KeyStore, Page, PageRequest, SmartleadKey } from '../../../functions/ports.ts';
import { pageOfItems } from './page.ts';

export class InMemoryKeyStore implements KeyStore {
  readonly #keys = new Map<string, SmartleadKey>();

  async create(key: SmartleadKey, limit = Number.POSITIVE_INFINITY): Promise<void> {
    const present = [...this.#keys.values()].filter(({ workspaceId }) => workspaceId === key.workspaceId);
    refuseBeyond(limit, present.length, workspaceKeys);
    this.#keys.set(key.id, structuredClone(key));
  }

  async find(workspaceId: string, keyId: string): Promise<SmartleadKey | undefined> {
    const key = this.#keys.get(keyId);
    return key?.workspaceId === workspaceId ? structuredClone(key) : undefined;
  }

  async list(workspaceId: string, page: PageRequest): Promise<Page<SmartleadKey>> {
    return pageOfItems(
      [...this.#keys.values()].filter((key) => key.workspaceId === workspaceId),
      page,
    );
  }

  async update(workspaceId: string, keyId: string, change: Partial<SmartleadKey>): Promise<SmartleadKey | undefined> {
    const key = await this.find(workspaceId, keyId);
    if (key === undefined) return undefined;
    if (change.secret !== undefined && change.secret.version < key.secret.version) throw new ProblemError('conflict');
    const changed = { ...key, ...structuredClone(change) };
    this.#keys.set(keyId, changed);
    return structuredClone(changed);
  }

  /** All keys of all workspaces. */
  all(): SmartleadKey[] {
    return structuredClone([...this.#keys.values()]);
  }

  async delete(workspaceId: string, keyId: string): Promise<boolean> {
    if ((await this.find(workspaceId, keyId)) === undefined) return false;
    return this.#keys.delete(keyId);
  }
}
