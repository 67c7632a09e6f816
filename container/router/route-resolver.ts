import type { ServerResponse } from 'node:http';
import { Arrivals, type WaitingClient } from './arrivals.ts';
import { LookUpCache } from './look-up-cache.ts';
import { andThen, type MaybePromise, whenReady } from './maybe-promise.ts';
import type { RouterMetrics } from './metrics.ts';
import type { RouterLimits, RouterTiming } from './options.ts';
import type { InstanceDescription, InstanceDirectory, InstanceWaker, RouteDirectory, RouteRecord, RouteTarget } from './ports.ts';
import { instanceNotReady, Refusal, refusals } from './refusal.ts';
import { isSame, routeWithout } from './route-without.ts';
import type { VerifiedToken } from './token-verifier.ts';

export interface RouteResolverOptions {
  routes: RouteDirectory;
  instances: InstanceDirectory;
  waker: InstanceWaker | undefined;
  limits: RouterLimits;
  timing: RouterTiming;
  metrics: RouterMetrics;
  reportError: (error: unknown) => void;
}

/** What is known of an instance before it is needed. */
export type Prospect = Pick<InstanceDescription, 'mode'>;

type Settle = (outcome: RouteRecord | Refusal) => void;

/** Finds where an instance listens, or says why it does not. The one place that wakes an instance and waits for it to be there. */
export class RouteResolver {
  readonly #routes: LookUpCache<RouteRecord>;
  readonly #descriptions: LookUpCache<InstanceDescription>;
  readonly #arrivals: Arrivals;

  constructor({ routes, instances, waker, limits, timing, metrics, reportError }: RouteResolverOptions) {
    const bounds = {
      maxAgeMs: timing.lookUpMaxAgeMs,
      timeoutMs: timing.lookUpTimeoutMs,
      maxPresent: limits.maxCachedTokens,
      maxLoads: limits.maxLookUpsAtOnce,
    };
    // A missing route is asked for every time, so that an instance is there for its clients as soon as it has one.
    this.#routes = new LookUpCache({
      ...bounds,
      maxAbsent: 0,
      load: (instanceId) => routes.get(instanceId),
      ...(timing.routeGraceMs > 0 ? { graceMs: timing.routeGraceMs } : {}),
    });
    this.#descriptions = new LookUpCache({
      ...bounds,
      maxAgeMs: timing.descriptionMaxAgeMs,
      maxAbsent: 0,
      load: (instanceId) => instances.describe(instanceId),
    });
    this.#arrivals = new Arrivals({
      findRoute: (instanceId) => this.#routes.get(instanceId),
      describe: (instanceId) => this.#descriptions.get(instanceId),
      wake: waker === undefined ? undefined : (instanceId) => waker.wake(instanceId),
      timing,
      limits,
      metrics,
      reportError,
    });
  }

  /**
   * The route of the token's instance, or a refusal. Where the instance sleeps it is woken; where it sleeps or is on its way it is
   * waited for, until the client leaves. Rejects, or throws, where a directory fails.
   * @param response Whose client waits; it stops waiting when the response is closed.
   * @param failed A process that could not be reached a moment ago. A route that leads to it alone counts as none: the platform may
   *   not have noticed yet that it is gone.
   */
  resolve(token: VerifiedToken, response?: ServerResponse, failed?: RouteTarget): MaybePromise<RouteRecord | Refusal> {
    const route = this.#routes.get(token.instanceId);
    if (!(route instanceof Promise) && route !== undefined && failed === undefined) return ownRoute(route, token);
    // Whoever waits is told through the same number of promises, whatever had to be looked up before: so all stay in their order.
    return new Promise((settle, reject) => {
      whenReady(
        () => route,
        (found) => this.#decide(found, { token, response, failed }, settle, reject),
        reject,
      );
    });
  }

  /**
   * The route as it is now, without waking or waiting: for standing streams, which stay open while their instance sleeps. `undefined`
   * where there is none but there can be one, a refusal where the instance is gone or does not come by itself.
   */
  peek(token: VerifiedToken): MaybePromise<RouteRecord | Refusal | undefined> {
    return andThen(this.#routes.get(token.instanceId), (route) => this.#describeFor(route, token));
  }

  /**
   * What a client may expect of the token's instance that does not need it yet; a refusal where the instance is gone or does not come
   * by itself. However many ask, the directories are asked no more often than their answers age.
   */
  foresee(token: VerifiedToken): MaybePromise<Prospect | Refusal> {
    // That there is no route is never remembered. But where the instance could come a moment ago, a route would change nothing here.
    const known = this.#descriptions.peek(token.instanceId);
    if (known !== undefined && this.#canCome(known)) return known;
    return andThen(this.#routes.get(token.instanceId), (route) => this.#prospectOf(route, token));
  }

  /** The instance has a route now: whoever waits for it looks at once. */
  arrived(instanceId: string): void {
    this.#arrivals.look(instanceId);
  }

  /** Whether somebody waits for the instance. */
  isAwaited(instanceId: string): boolean {
    return this.#arrivals.isAwaited(instanceId);
  }

  /** Forgets the route where it leads to that process: it could not be reached, so the route may be older than what holds now. */
  forgetRouteTo(instanceId: string, failed: RouteTarget): void {
    this.#routes.forgetWhere(
      instanceId,
      (route) => isSame(route, failed) || route.replicas?.some((each) => isSame(each, failed)) === true,
    );
  }

  /** Forgets where the instance was. */
  forget(instanceId: string): void {
    this.#routes.forget(instanceId);
    this.#descriptions.forget(instanceId);
  }

  /** Forgets where all instances were. */
  forgetAll(): void {
    this.#routes.clear();
    this.#descriptions.clear();
  }

  /** Requests that wait for an instance now. */
  get waiting(): number {
    return this.#arrivals.waiting;
  }

  #decide(route: RouteRecord | undefined, client: WaitingClient, settle: Settle, reject: (error: unknown) => void): void {
    const usable = routeWithout(route, client.failed);
    if (usable !== undefined) {
      settle(ownRoute(usable, client.token));
      return;
    }
    const describe = () => this.#descriptions.get(client.token.instanceId);
    whenReady(describe, (description) => this.#withoutRoute(description, client, settle, reject), reject);
  }

  #withoutRoute(
    description: InstanceDescription | undefined,
    client: WaitingClient,
    settle: Settle,
    reject: (error: unknown) => void,
  ): void {
    if (description === undefined) settle(refusals.instanceNotFound);
    else if (!this.#arrivals.isExpected(description)) settle(instanceNotReady(description));
    else {
      const arrived = this.#arrivals.wait(client, description);
      arrived.then((outcome) => settle(outcome instanceof Refusal ? outcome : ownRoute(outcome, client.token)), reject);
    }
  }

  #describeFor(route: RouteRecord | undefined, token: VerifiedToken): MaybePromise<RouteRecord | Refusal | undefined> {
    if (route !== undefined) return ownRoute(route, token);
    return andThen(this.#prospectOf(undefined, token), (prospect) => (prospect instanceof Refusal ? prospect : undefined));
  }

  #prospectOf(route: RouteRecord | undefined, token: VerifiedToken): MaybePromise<Prospect | Refusal> {
    if (route !== undefined) return ownRoute(route, token);
    return andThen(this.#descriptions.get(token.instanceId), (description) => {
      if (description === undefined) return refusals.instanceNotFound;
      return this.#canCome(description) ? description : instanceNotReady(description);
    });
  }

  #canCome(description: InstanceDescription): boolean {
    return description.status === 'sleeping' || this.#arrivals.isExpected(description);
  }
}

function ownRoute(route: RouteRecord, token: VerifiedToken): RouteRecord | Refusal {
  return route.workspaceId === token.workspaceId ? route : refusals.instanceNotFound;
}
