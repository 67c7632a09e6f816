import { ProblemError } from '../../../core/problem.ts';
import type { Page, PageRequest, Rollout, RolloutStore } from '../../../functions/ports.ts';
import { pageOfItems } from './page.ts';

export class InMemoryRolloutStore implements RolloutStore {
  readonly #rollouts = new Map<string, Rollout>();

  async create(rollout: Rollout): Promise<void> {
    if (await this.findActive()) throw new ProblemError('conflict');
    this.#rollouts.set(rollout.id, structuredClone(rollout));
  }

  async find(rolloutId: string): Promise<Rollout | undefined> {
    return structuredClone(this.#rollouts.get(rolloutId));
  }

  async list(page: PageRequest): Promise<Page<Rollout>> {
    return pageOfItems(this.#rollouts.values(), page);
  }

  async findActive(): Promise<Rollout | undefined> {
    return structuredClone([...this.#rollouts.values()].find(({ endedAt }) => endedAt === null));
  }

  async update(rolloutId: string, change: Partial<Rollout>): Promise<boolean> {
    const present = this.#rollouts.get(rolloutId);
    if (present === undefined || present.endedAt !== null) return false;
    this.#rollouts.set(rolloutId, { ...present, ...structuredClone(change) });
    return true;
  }
}
