import type { RouteRecord, RouteTarget } from './ports.ts';

/**
 * The route without a process that could not be reached: the first of its other processes takes the place. `undefined` where there is
 * no other.
 */
export function routeWithout(route: RouteRecord | undefined, failed: RouteTarget | undefined): RouteRecord | undefined {
  if (route === undefined || failed === undefined) return route;
  const replicas = route.replicas ?? [];
  const left = replicas.filter((target) => !isSame(target, failed));
  if (!isSame(route, failed)) return left.length === replicas.length ? route : { ...route, replicas: left };
  const [first, ...others] = left;
  return first === undefined ? undefined : { ...route, ...first, replicas: others };
}

/** A process that was launched anew has another access token, whatever its address. */
export function isSame(one: RouteTarget, other: RouteTarget): boolean {
  return one.address === other.address && one.accessToken === other.accessToken;
}
