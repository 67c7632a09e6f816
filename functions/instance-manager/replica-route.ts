import type { Route, RouteTarget } from '../ports.ts';

/** The route with these replicas and no others. */
export function withReplicas({ instanceId, workspaceId, address, accessToken }: Route, replicas: readonly RouteTarget[]): Route {
  return { instanceId, workspaceId, address, accessToken, ...(replicas.length === 0 ? {} : { replicas }) };
}

/** The route without the replicas that have one of the addresses. */
export function withoutAddresses(route: Route, addresses: ReadonlySet<string>): Route {
  return withReplicas(
    route,
    (route.replicas ?? []).filter(({ address }) => !addresses.has(address)),
  );
}

/** The route with one replica more. */
export function withReplica(route: Route, target: RouteTarget): Route {
  return withReplicas(route, [...(route.replicas ?? []), target]);
}
