import type { Route, Runtime } from '../ports.ts';
import type { CrashRecovery } from './crash-recovery.ts';
import { forEachConcurrently } from './every-instance.ts';
import type { SupervisorPorts } from './supervisor-ports.ts';

const failuresUntilReplaced = 3;
const concurrentProbes = 8;
/** Between a failed probe and the next one of the same instance. */
const pauseAfterFailure = 1_000;
/** After an instance was found well, hints that it is not are not followed for so long: the probe knew better. */
const trustAfterSuccess = 1_000;

/**
 * Asks every running instance a real question now and then, and at once where the router could not get an answer of it. One that fails
 * is asked again after short pauses; three failures in a row, and it is replaced.
 */
export class HealthWatch {
  readonly #ports: SupervisorPorts;
  readonly #recovery: CrashRecovery;
  readonly #examinations = new Map<string, Promise<void>>();
  /** When an instance was last found well after a hint, by instance, in milliseconds. */
  readonly #foundWell = new Map<string, number>();
  readonly #stopped = new AbortController();

  constructor(ports: SupervisorPorts, recovery: CrashRecovery) {
    this.#ports = ports;
    this.#recovery = recovery;
  }

  /** One round over all running instances; resolves when each is known to be well or was replaced. Never rejects for a single one. */
  async checkAll(): Promise<void> {
    const running = await this.#ports.launcher.list();
    await forEachConcurrently(iterate(running), concurrentProbes, ({ instanceId, runtime }) =>
      this.#examine(instanceId, runtime),
    );
  }

  /**
   * Takes the hint that a process of the instance did not do what it should, and asks it. Any number of hints at once lead to one
   * examination. Never rejects.
   * @param address Of the process that is meant.
   */
  async suspect(instanceId: string, address: string): Promise<void> {
    const wellAt = this.#foundWell.get(instanceId);
    if (wellAt !== undefined && this.#now() - wellAt < trustAfterSuccess) return;
    try {
      const running = await this.#ports.launcher.list(instanceId);
      const meant = running.find((entry) => entry.instanceId === instanceId && entry.runtime.address === address);
      if (meant) await this.#examine(instanceId, meant.runtime);
    } catch (cause) {
      this.#ports.report({ message: 'A hint that an instance is not well could not be followed.', instanceId, cause });
    }
  }

  /** Forgets all instances but these, so that deleted ones cost no memory. */
  retain(instanceIds: ReadonlySet<string>): void {
    for (const instanceId of this.#foundWell.keys()) if (!instanceIds.has(instanceId)) this.#foundWell.delete(instanceId);
  }

  /** Asks nothing any more. */
  stop(): void {
    this.#stopped.abort();
  }

  #examine(instanceId: string, runtime: Runtime): Promise<void> {
    const subject = `${instanceId} ${runtime.ref}`;
    const underWay = this.#examinations.get(subject);
    if (underWay) return underWay;
    const examination = this.#untilKnown(instanceId, runtime)
      .catch((cause) => this.#ports.report({ message: 'The health of an instance could not be checked.', instanceId, cause }))
      .finally(() => this.#examinations.delete(subject));
    this.#examinations.set(subject, examination);
    return examination;
  }

  async #untilKnown(instanceId: string, runtime: Runtime): Promise<void> {
    for (let failures = 1; ; failures += 1) {
      const route = await this.#routeTo(instanceId, runtime);
      if (!route) return;
      const health = await this.#ports.probe.check(route);
      if (health.healthy) {
        this.#foundWell.set(instanceId, this.#now());
        return;
      }
      if (failures === failuresUntilReplaced) {
        return this.#recovery.replace(instanceId, runtime.ref, `The instance failed its health check: ${health.reason}`);
      }
      await this.#pause();
    }
  }

  /** The way to the process, as long as it is the one that serves and nobody works on the instance. */
  async #routeTo(instanceId: string, runtime: Runtime): Promise<Route | undefined> {
    if (this.#stopped.signal.aborted || this.#ports.runner.isBusy(instanceId)) return undefined;
    const route = await this.#ports.routes.get(instanceId);
    return route?.address === runtime.address ? route : undefined;
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(end, pauseAfterFailure);
      const { signal } = this.#stopped;
      signal.addEventListener('abort', end, { once: true });
      function end(): void {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        resolve();
      }
    });
  }

  #now(): number {
    return this.#ports.clock.now().getTime();
  }
}

async function* iterate<Item>(items: readonly Item[]): AsyncGenerator<Item, void, undefined> {
  yield* items;
}
