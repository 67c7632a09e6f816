import type { ServerResponse } from 'node:http';
import type { InstanceStatus } from '../../core/instance-status.ts';
import type { MaybePromise } from './maybe-promise.ts';
import type { RouterMetrics } from './metrics.ts';
import type { RouterLimits, RouterTiming } from './options.ts';
import type { InstanceDescription, RouteRecord, RouteTarget } from './ports.ts';
import { instanceNotReady, type Refusal, refusals } from './refusal.ts';
import { routeWithout } from './route-without.ts';
import type { VerifiedToken } from './token-verifier.ts';

export interface ArrivalsOptions {
  findRoute(instanceId: string): MaybePromise<RouteRecord | undefined>;
  describe(instanceId: string): MaybePromise<InstanceDescription | undefined>;
  /** Asks for a sleeping instance to be brought back; absent where nobody can be asked. */
  wake: ((instanceId: string) => MaybePromise<void>) | undefined;
  timing: Pick<RouterTiming, 'arrivalWaitMs' | 'arrivalPollMs' | 'wakeAgainMs' | 'unroutedWaitMs'>;
  limits: Pick<RouterLimits, 'maxWaitingPerToken' | 'maxWaitingPerInstance'>;
  metrics: Pick<RouterMetrics, 'waits' | 'wakes'>;
  reportError: (error: unknown) => void;
}

/** Who waits. */
export interface WaitingClient {
  token: VerifiedToken;
  /** Once it is closed nobody waits any more. */
  response?: ServerResponse | undefined;
  /** A process that could not be reached a moment ago: a route that leads to it alone is none. */
  failed?: RouteTarget | undefined;
}

interface Waiter extends WaitingClient {
  deadline: number;
  /** Since when the platform has taken the instance for running although it cannot be reached. */
  runningSince: number | undefined;
  settle(outcome: RouteRecord | Refusal): void;
  fail(error: unknown): void;
}

/** One instance that is waited for. */
interface Arrival {
  /** In the order in which they came. */
  waiters: Set<Waiter>;
  askedToWakeAt: number;
  /** Ends the pause before the next look. */
  look: () => void;
}

const comingStatuses: ReadonlySet<InstanceStatus> = new Set(['provisioning', 'restarting']);

/**
 * Holds requests for an instance that is being started, restarted or woken until it has a route, so that its clients notice a pause
 * and no failure. Nothing of such a request was sent anywhere, so any may wait. All that wait for one instance share the looks at it
 * and the request to wake it, and go on in the order in which they came. A client that leaves waits no longer.
 */
export class Arrivals {
  readonly #options: ArrivalsOptions;
  readonly #arrivals = new Map<string, Arrival>();
  readonly #waitingByToken = new Map<string, number>();
  #waiting = 0;

  constructor(options: ArrivalsOptions) {
    this.#options = options;
  }

  /** Whether waiting for the instance makes sense: it comes by itself, can be woken, or seems to have died a moment ago. */
  isExpected({ status }: InstanceDescription): boolean {
    return comingStatuses.has(status) || status === 'running' || (status === 'sleeping' && this.#options.wake !== undefined);
  }

  /**
   * The route once there is one; a refusal where the instance does not come after all, not in time, or where too many wait already.
   * Rejects where the look-ups fail until the time is up.
   */
  wait(client: WaitingClient, description: InstanceDescription): Promise<RouteRecord | Refusal> {
    const { instanceId, hash } = client.token;
    const { maxWaitingPerInstance, maxWaitingPerToken } = this.#options.limits;
    const known = this.#arrivals.get(instanceId);
    if ((known?.waiters.size ?? 0) >= maxWaitingPerInstance) return Promise.resolve(refusals.instanceTooManyWaiting);
    if ((this.#waitingByToken.get(hash) ?? 0) >= maxWaitingPerToken) return Promise.resolve(refusals.tokenTooManyWaiting);
    if (client.response?.destroyed === true) return Promise.resolve(refusals.clientLeft);
    const arrival = known ?? { waiters: new Set(), askedToWakeAt: Number.NEGATIVE_INFINITY, look: () => {} };
    const waiting = this.#add(arrival, client);
    this.#wakeWhereAsleep(instanceId, arrival, description);
    if (known === undefined) {
      this.#arrivals.set(instanceId, arrival);
      void this.#watch(instanceId, arrival);
    }
    return waiting;
  }

  /** Whoever waits for the instance looks at once. */
  look(instanceId: string): void {
    this.#arrivals.get(instanceId)?.look();
  }

  /** Whether somebody waits for the instance. */
  isAwaited(instanceId: string): boolean {
    return (this.#arrivals.get(instanceId)?.waiters.size ?? 0) > 0;
  }

  /** Requests that wait now. */
  get waiting(): number {
    return this.#waiting;
  }

  #add(arrival: Arrival, client: WaitingClient): Promise<RouteRecord | Refusal> {
    const { hash } = client.token;
    this.#options.metrics.waits += 1;
    this.#waiting += 1;
    this.#waitingByToken.set(hash, (this.#waitingByToken.get(hash) ?? 0) + 1);
    return new Promise((resolve, reject) => {
      const onLeave = () => waiter.settle(refusals.clientLeft);
      const end = () => {
        if (!arrival.waiters.delete(waiter)) return;
        client.response?.off('close', onLeave);
        this.#waiting -= 1;
        const left = (this.#waitingByToken.get(hash) ?? 1) - 1;
        if (left === 0) this.#waitingByToken.delete(hash);
        else this.#waitingByToken.set(hash, left);
        if (arrival.waiters.size === 0) arrival.look();
      };
      const waiter: Waiter = {
        ...client,
        deadline: performance.now() + this.#options.timing.arrivalWaitMs,
        runningSince: undefined,
        settle: (outcome) => {
          end();
          resolve(outcome);
        },
        fail: (error) => {
          end();
          reject(error);
        },
      };
      arrival.waiters.add(waiter);
      client.response?.on('close', onLeave);
    });
  }

  async #watch(instanceId: string, arrival: Arrival): Promise<void> {
    const { findRoute, describe, timing } = this.#options;
    while (arrival.waiters.size > 0) {
      await pause(arrival, timing.arrivalPollMs);
      if (arrival.waiters.size === 0) break;
      try {
        const route = await findRoute(instanceId);
        for (const waiter of [...arrival.waiters]) {
          const usable = routeWithout(route, waiter.failed);
          if (usable !== undefined) waiter.settle(usable);
        }
        if (arrival.waiters.size > 0) this.#judge(instanceId, arrival, await describe(instanceId), route !== undefined);
      } catch (error) {
        // A directory that fails for a moment costs nobody its place.
        const now = performance.now();
        for (const waiter of [...arrival.waiters]) if (now >= waiter.deadline) waiter.fail(error);
      }
    }
    this.#arrivals.delete(instanceId);
  }

  /** Ends the waiting of those for whom it makes no sense any more. */
  #judge(instanceId: string, arrival: Arrival, description: InstanceDescription | undefined, hasRoute: boolean): void {
    const now = performance.now();
    for (const waiter of [...arrival.waiters]) {
      if (description === undefined) {
        waiter.settle(refusals.instanceNotFound);
        continue;
      }
      if (description.status === 'running') waiter.runningSince ??= now;
      else waiter.runningSince = undefined;
      const isLost = now - (waiter.runningSince ?? now) >= this.#options.timing.unroutedWaitMs;
      if (!this.isExpected(description) || isLost || now >= waiter.deadline) {
        waiter.settle(hasRoute ? refusals.instanceUnreachable : instanceNotReady(description));
      }
    }
    if (arrival.waiters.size > 0 && description !== undefined) this.#wakeWhereAsleep(instanceId, arrival, description);
  }

  /** Asks once for all that wait, and again where the instance is still asleep a while later. */
  #wakeWhereAsleep(instanceId: string, arrival: Arrival, { status }: InstanceDescription): void {
    const { wake, timing, metrics, reportError } = this.#options;
    const now = performance.now();
    if (status !== 'sleeping' || wake === undefined || now - arrival.askedToWakeAt < timing.wakeAgainMs) return;
    arrival.askedToWakeAt = now;
    metrics.wakes += 1;
    try {
      const asked = wake(instanceId);
      if (asked instanceof Promise) asked.catch(reportError);
    } catch (error) {
      reportError(error);
    }
  }
}

function pause(arrival: Arrival, milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      arrival.look = () => {};
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    timer.unref();
    arrival.look = end;
  });
}
