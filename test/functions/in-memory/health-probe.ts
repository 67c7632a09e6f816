import type { HealthProbe, Route } from '../../../functions/ports.ts';

type Health = Awaited<ReturnType<HealthProbe['check']>>;

/** Every instance is healthy unless a test says otherwise. */
export class InMemoryHealthProbe implements HealthProbe {
  readonly #health = new Map<string, Health>();

  async check(route: Route): Promise<Health> {
    return this.#health.get(route.instanceId) ?? { healthy: true };
  }

  set(instanceId: string, health: Health): void {
    this.#health.set(instanceId, health);
  }
}
