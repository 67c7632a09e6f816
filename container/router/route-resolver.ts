import { Arrivals, isComing } from './arrivals.ts';
import { LookUpCache } from './look-up-cache.ts';
import type { MaybePromise } from './maybe-promise.ts';
import type { RouterLimits, RouterTiming } from './options.ts';
import type { InstanceDescription, InstanceDirectory, RouteDirectory, RouteRecord } from './ports.ts';
import { instanceNotReady, type Refusal, refusals } from './refusal.ts';
import type { VerifiedToken } from './token-verifier.ts';

/**
 * Finds where an instance listens, or says why it does not. The one place that waits for an instance to be there: waking a
 * sleeping instance belongs here.
 */
export class RouteResolver {
  readonly #routes: LookUpCache<RouteRecord>;
  readonly #descriptions: LookUpCache<InstanceDescription>;
  readonly #arrivals: Arrivals;

  constructor(routes: RouteDirectory, instances: InstanceDirectory, limits: RouterLimits, timing: RouterTiming) {
    const bounds = {
      maxAgeMs: timing.lookUpMaxAgeMs,
      timeoutMs: timing.lookUpTimeoutMs,
      maxPresent: limits.maxCachedTokens,
      maxLoads: limits.maxLookUpsAtOnce,
    };
    // A missing route is asked for every time, so that an instance is there for its clients as soon as it has one.
    this.#routes = new LookUpCache({ ...bounds, maxAbsent: 0, load: (instanceId) => routes.get(instanceId) });
    this.#descriptions = new LookUpCache({ ...bounds, maxAbsent: 0, load: (instanceId) => instances.describe(instanceId) });
    this.#arrivals = new Arrivals({
      findRoute: (instanceId) => this.#routes.get(instanceId),
      describe: (instanceId) => this.#descriptions.get(instanceId),
      waitMs: timing.arrivalWaitMs,
      pollMs: timing.arrivalPollMs,
    });
  }

  /** The route of the token's instance, or a refusal. Rejects, or throws, where a directory fails. */
  resolve(token: VerifiedToken): MaybePromise<RouteRecord | Refusal> {
    const route = this.#routes.get(token.instanceId);
    if (route instanceof Promise) return route.then((found) => this.#decide(found, token));
    return this.#decide(route, token);
  }

  /** The instance has a route now: whoever waits for it looks at once. */
  arrived(instanceId: string): void {
    this.#arrivals.look(instanceId);
  }

  /** Forgets where the instance was. */
  forget(instanceId: string): void {
    this.#routes.forget(instanceId);
    this.#descriptions.forget(instanceId);
  }

  #decide(route: RouteRecord | undefined, token: VerifiedToken): MaybePromise<RouteRecord | Refusal> {
    if (route !== undefined) return ownRoute(route, token);
    const description = this.#descriptions.get(token.instanceId);
    if (description instanceof Promise) return description.then((found) => this.#withoutRoute(found, token));
    return this.#withoutRoute(description, token);
  }

  #withoutRoute(description: InstanceDescription | undefined, token: VerifiedToken): MaybePromise<RouteRecord | Refusal> {
    if (description === undefined) return refusals.instanceNotFound;
    if (!isComing(description)) return instanceNotReady(description);
    return this.#arrivals.wait(token.instanceId).then((arrived) => ('address' in arrived ? ownRoute(arrived, token) : arrived));
  }
}

function ownRoute(route: RouteRecord, token: VerifiedToken): RouteRecord | Refusal {
  return route.workspaceId === token.workspaceId ? route : refusals.instanceNotFound;
}
