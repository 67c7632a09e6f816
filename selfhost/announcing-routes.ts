import type { RouteTable } from '../functions/ports.ts';

export interface RouteListener {
  came(instanceId: string): void;
  removed(instanceId: string): void;
}

/** The same table of routes, but somebody hears of every change at once instead of at the next look. */
export function announcingRoutes(routes: RouteTable, listener: RouteListener): RouteTable {
  return {
    set: async (route) => {
      await routes.set(route);
      listener.came(route.instanceId);
    },
    get: (instanceId) => routes.get(instanceId),
    remove: async (instanceId) => {
      await routes.remove(instanceId);
      listener.removed(instanceId);
    },
    list: () => routes.list(),
  };
}
