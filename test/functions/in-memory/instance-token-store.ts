import { instanceTokens, refuseBeyond } from '../../../functions/domain/quotas.ts';
import type { InstanceToken, InstanceTokenStore, Page, PageRequest } from '../../../functions/ports.ts';
import { pageOfItems } from './page.ts';

export class InMemoryInstanceTokenStore implements InstanceTokenStore {
  readonly #tokens = new Map<string, InstanceToken>();

  async create(token: InstanceToken, limit = Number.POSITIVE_INFINITY): Promise<void> {
    const present = [...this.#tokens.values()].filter(({ instanceId }) => instanceId === token.instanceId);
    refuseBeyond(limit, present.length, instanceTokens);
    this.#tokens.set(token.id, structuredClone(token));
  }

  async findByHash(hash: string): Promise<InstanceToken | undefined> {
    return structuredClone([...this.#tokens.values()].find((token) => token.hash === hash));
  }

  async list(instanceId: string, page: PageRequest): Promise<Page<InstanceToken>> {
    return pageOfItems(
      [...this.#tokens.values()].filter((token) => token.instanceId === instanceId),
      page,
    );
  }

  /** All tokens of all instances. */
  all(): InstanceToken[] {
    return structuredClone([...this.#tokens.values()]);
  }

  async delete(instanceId: string, tokenId: string): Promise<InstanceToken | undefined> {
    const token = this.#tokens.get(tokenId);
    if (token?.instanceId !== instanceId) return undefined;
    this.#tokens.delete(tokenId);
    return token;
  }

  async touch(tokenId: string, usedAt: string): Promise<void> {
    const token = this.#tokens.get(tokenId);
    if (token !== undefined) token.lastUsedAt = usedAt;
  }
}
