import type { RouteRecord, RouteTarget } from './ports.ts';
import { incarnationOf } from './sessions/session-record.ts';

/** How busy a process is at this router. */
export type LoadOf = (target: RouteTarget) => number;

/**
 * Which process of an instance gets a request: the one that knows its session, where that is still there; otherwise the one with the
 * least to do, the first of them where several have as little.
 * @param incarnation The process that knows the session, see `incarnationOf`.
 */
export function chooseTarget(route: RouteRecord, incarnation: string | undefined, loadOf: LoadOf): RouteTarget {
  const { replicas } = route;
  if (replicas === undefined || replicas.length === 0) return route;
  const known = incarnation === undefined ? undefined : targetOf(route, incarnation);
  if (known !== undefined) return known;
  let least: RouteTarget = route;
  let leastLoad = loadOf(route);
  for (const target of replicas) {
    const load = loadOf(target);
    if (load >= leastLoad) continue;
    least = target;
    leastLoad = load;
  }
  return least;
}

/** The process of that name among those of the instance; `undefined` where it is gone. */
export function targetOf(route: RouteRecord, incarnation: string): RouteTarget | undefined {
  if (incarnationOf(route) === incarnation) return route;
  return route.replicas?.find((target) => incarnationOf(target) === incarnation);
}
