import type { Clock, HealthReport, PlatformHealth } from '../../../functions/ports.ts';

/** Finds what a test says. */
export class InMemoryPlatformHealth implements PlatformHealth {
  report: Omit<HealthReport, 'checkedAt'> = {
    holds: true,
    counts: { instances: 0, processes: 0, routes: 0, secrets: 0, tokens: 0 },
    violations: [],
    components: [{ name: 'instances', status: 'ok', detail: null }],
  };
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async check(): Promise<HealthReport> {
    return { checkedAt: this.#clock.now().toISOString(), ...this.report };
  }
}
