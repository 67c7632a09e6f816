import { setTimeout as sleep } from 'node:timers/promises';
import type { InstanceStatus } from '../../core/instance-status.ts';
import type { MaybePromise } from './maybe-promise.ts';
import type { InstanceDescription, RouteRecord } from './ports.ts';
import { instanceNotReady, type Refusal, refusals } from './refusal.ts';

export interface ArrivalsOptions {
  findRoute(instanceId: string): MaybePromise<RouteRecord | undefined>;
  describe(instanceId: string): MaybePromise<InstanceDescription | undefined>;
  /** Longest time to wait, and the pause between two looks, in milliseconds. */
  waitMs: number;
  pollMs: number;
}

const comingStatuses: ReadonlySet<InstanceStatus> = new Set(['provisioning', 'restarting']);

/** Whether the instance will be there by itself in a moment. */
export function isComing({ status }: InstanceDescription): boolean {
  return comingStatuses.has(status);
}

/**
 * Holds requests for an instance that is being started or restarted until it has a route, so that its clients notice a pause and no
 * failure. Nothing of such a request was sent anywhere, so any may wait. All that wait for one instance share one watch.
 */
export class Arrivals {
  readonly #options: ArrivalsOptions;
  readonly #awaited = new Map<string, Promise<RouteRecord | Refusal>>();
  readonly #pauses = new Map<string, AbortController>();

  constructor(options: ArrivalsOptions) {
    this.#options = options;
  }

  /** The route once there is one; a refusal where the instance does not come after all, or not in time. Rejects where a look fails. */
  wait(instanceId: string): Promise<RouteRecord | Refusal> {
    const known = this.#awaited.get(instanceId);
    if (known !== undefined) return known;
    const arrival = this.#watch(instanceId).finally(() => this.#awaited.delete(instanceId));
    this.#awaited.set(instanceId, arrival);
    return arrival;
  }

  /** Ends the pause before the next look. */
  look(instanceId: string): void {
    this.#pauses.get(instanceId)?.abort();
  }

  async #watch(instanceId: string): Promise<RouteRecord | Refusal> {
    const { findRoute, describe, waitMs, pollMs } = this.#options;
    const deadline = performance.now() + waitMs;
    for (;;) {
      await this.#pause(instanceId, pollMs);
      const route = await findRoute(instanceId);
      if (route !== undefined) return route;
      const description = await describe(instanceId);
      if (description === undefined) return refusals.instanceNotFound;
      if (!isComing(description) || performance.now() >= deadline) return instanceNotReady(description);
    }
  }

  async #pause(instanceId: string, milliseconds: number): Promise<void> {
    const cut = new AbortController();
    this.#pauses.set(instanceId, cut);
    await sleep(milliseconds, undefined, { ref: false, signal: cut.signal }).catch(() => {});
    this.#pauses.delete(instanceId);
  }
}
