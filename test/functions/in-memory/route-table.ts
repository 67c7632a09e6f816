import type { Route, RouteTable } from '../../../functions/ports.ts';

export class InMemoryRouteTable implements RouteTable {
  readonly #routes = new Map<string, Route>();

  async set(route: Route): Promise<void> {
    this.#routes.set(route.instanceId, { ...route });
  }

  async get(instanceId: string): Promise<Route | undefined> {
    return structuredClone(this.#routes.get(instanceId));
  }

  async remove(instanceId: string): Promise<void> {
    this.#routes.delete(instanceId);
  }

  async list(): Promise<Route[]> {
    return structuredClone([...this.#routes.values()]);
  }
}
