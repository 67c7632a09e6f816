import type { Runtime } from '../ports.ts';
import type { CrashRecovery } from './crash-recovery.ts';
import { forEachConcurrently } from './every-instance.ts';
import type { SupervisorPorts } from './supervisor-ports.ts';

const failuresUntilReplaced = 3;
const concurrentProbes = 8;

/** Asks every running instance a real question now and then; one that fails three times in a row is replaced. */
export class HealthWatch {
  readonly #ports: SupervisorPorts;
  readonly #recovery: CrashRecovery;
  /** Failures in a row, by instance. */
  #failures = new Map<string, number>();

  constructor(ports: SupervisorPorts, recovery: CrashRecovery) {
    this.#ports = ports;
    this.#recovery = recovery;
  }

  /** One round over all running instances. Never rejects because of a single one. */
  async checkAll(): Promise<void> {
    const running = await this.#ports.launcher.list();
    const failures = new Map<string, number>();
    await forEachConcurrently(iterate(running), concurrentProbes, async ({ instanceId, runtime }) => {
      const count = await this.#check(instanceId, runtime).catch((cause) => {
        this.#ports.report({ message: 'The health of an instance could not be checked.', instanceId, cause });
        return 0;
      });
      if (count > 0) failures.set(instanceId, count);
    });
    this.#failures = failures;
  }

  /** Answers how often in a row the instance has failed now. */
  async #check(instanceId: string, runtime: Runtime): Promise<number> {
    if (this.#ports.runner.isBusy(instanceId)) return 0;
    const route = await this.#ports.routes.get(instanceId);
    if (route?.address !== runtime.address) return 0;
    const health = await this.#ports.probe.check(route);
    if (health.healthy) return 0;
    const count = (this.#failures.get(instanceId) ?? 0) + 1;
    if (count < failuresUntilReplaced) return count;
    await this.#recovery.replace(instanceId, runtime.ref, `The instance failed its health check: ${health.reason}`);
    return 0;
  }
}

async function* iterate<Item>(items: readonly Item[]): AsyncGenerator<Item, void, undefined> {
  yield* items;
}
