import { createIdentifier } from '../../../core/identifiers.ts';
import { ProblemError } from '../../../core/problem.ts';
import type { Clock, InstalledVersion, Page, PageRequest, Rollout, RolloutControl } from '../../../functions/ports.ts';
import { pageOfItems } from './page.ts';

/** Keeps what was asked for and rolls nothing. */
export class InMemoryRollouts implements RolloutControl {
  readonly rollouts = new Map<string, Rollout>();
  current = 'version-1';
  installed: InstalledVersion[] = [{ version: 'version-1', installedAt: '2026-11-22T08:00:00.000Z' }];
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async begin(version = this.current): Promise<Rollout> {
    if (!this.installed.some((item) => item.version === version)) throw new ProblemError('not-found');
    if ([...this.rollouts.values()].some(({ endedAt }) => endedAt === null)) throw new ProblemError('conflict');
    const rollout: Rollout = {
      ...{ id: createIdentifier('rollout'), version, previousVersion: this.current, status: 'canary', observeSeconds: 30 },
      ...{
        upgraded: [],
        total: 2,
        failedInstanceId: null,
        reason: null,
        startedAt: this.#clock.now().toISOString(),
        endedAt: null,
      },
    };
    this.rollouts.set(rollout.id, rollout);
    return rollout;
  }

  async cancel(rolloutId: string): Promise<Rollout> {
    const rollout = this.rollouts.get(rolloutId);
    if (!rollout) throw new ProblemError('not-found');
    if (rollout.endedAt !== null) throw new ProblemError('conflict');
    Object.assign(rollout, { status: 'rolling_back', reason: 'An operator cancelled it.' });
    return rollout;
  }

  async list(page: PageRequest): Promise<Page<Rollout>> {
    return pageOfItems(this.rollouts.values(), page);
  }

  async versions() {
    return { current: this.current, items: this.installed };
  }
}
