import type { Route, RouteTable } from '../../ports.ts';

/**
 * Routes of instances that are child processes of this one. They end with us, so what survived a restart would only be wrong: memory
 * is the right place, and their access tokens are never written anywhere.
 */
export class MemoryRouteTable implements RouteTable {
  readonly #routes = new Map<string, Route>();

  async set(route: Route): Promise<void> {
    this.#routes.set(route.instanceId, { ...route });
  }

  async get(instanceId: string): Promise<Route | undefined> {
    return this.#routes.get(instanceId);
  }

  async remove(instanceId: string): Promise<void> {
    this.#routes.delete(instanceId);
  }

  async list(): Promise<Route[]> {
    return [...this.#routes.values()];
  }
}
