import { setTimeout as pause } from 'node:timers/promises';
import { ProblemError } from '../../core/problem.ts';
import type { InstalledVersion, Page, PageRequest, Rollout, RolloutControl, RolloutStore } from '../ports.ts';
import { type BeginRolloutPorts, beginRollout, defaultObserveSeconds } from './begin-rollout.ts';

export interface RemoteRolloutsPorts extends BeginRolloutPorts {
  rollouts: Pick<RolloutStore, 'create' | 'find' | 'list'>;
  /** Tells the manager that a rollout was begun. Where that fails it finds the rollout by itself, within a minute. */
  begun(): Promise<void>;
  /** Asks the manager to cancel a rollout. */
  cancel(rolloutId: string): Promise<void>;
}

export interface RemoteRolloutsOptions {
  /** How long the manager may take to cancel a rollout before it is said that it has not answered. */
  patienceMilliseconds?: number;
  lookAgainMilliseconds?: number;
}

/** What operators do with rollouts, from a process that does not carry them out: the manager of instances does. */
export class RemoteRollouts implements RolloutControl {
  readonly #ports: RemoteRolloutsPorts;
  readonly #options: Required<RemoteRolloutsOptions>;

  constructor(ports: RemoteRolloutsPorts, options: RemoteRolloutsOptions = {}) {
    this.#ports = ports;
    this.#options = { patienceMilliseconds: 15_000, lookAgainMilliseconds: 300, ...options };
  }

  async begin(version?: string): Promise<Rollout> {
    const rollout = await beginRollout(this.#ports, version, defaultObserveSeconds);
    await this.#ports.begun().catch(() => {});
    return rollout;
  }

  /**
   * Only the manager changes a rollout under way, or its next step would undo what was changed here. So it is asked, and waited for.
   * Rejects with ProblemError `not-available` where it did not answer in time: it cancels the rollout yet, as soon as it can.
   */
  async cancel(rolloutId: string): Promise<Rollout> {
    const { patienceMilliseconds, lookAgainMilliseconds } = this.#options;
    let rollout = await this.#find(rolloutId);
    if (rollout.endedAt !== null) throw hasEnded();
    if (isGoingBack(rollout)) return rollout;
    await this.#ports.cancel(rolloutId);
    const deadline = performance.now() + patienceMilliseconds;
    while (performance.now() < deadline) {
      await pause(lookAgainMilliseconds);
      rollout = await this.#find(rolloutId);
      if (isGoingBack(rollout)) return rollout;
      if (rollout.endedAt !== null) throw hasEnded();
    }
    throw new ProblemError('not-available', {
      detail:
        'The manager of instances has not answered yet. It cancels the rollout as soon as it can; look at it again in a minute.',
      retryAfter: 60,
    });
  }

  list(page: PageRequest): Promise<Page<Rollout>> {
    return this.#ports.rollouts.list(page);
  }

  async versions(): Promise<{ current: string | null; items: InstalledVersion[] }> {
    const { versions } = this.#ports;
    const [current, items] = await Promise.all([versions.current(), versions.list()]);
    return { current: current ?? null, items };
  }

  async #find(rolloutId: string): Promise<Rollout> {
    const rollout = await this.#ports.rollouts.find(rolloutId);
    if (rollout === undefined) throw new ProblemError('not-found', { detail: 'There is no rollout with this id.' });
    return rollout;
  }
}

/** Also where it had only just begun, so that it is back already. */
function isGoingBack({ status }: Rollout): boolean {
  return status === 'rolling_back' || status === 'rolled_back';
}

function hasEnded(): ProblemError {
  return new ProblemError('conflict', { detail: 'This rollout has ended. To go back, roll out the version before.' });
}
