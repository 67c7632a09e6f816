import type { Route, Runtime } from '../ports.ts';
import { forEachConcurrently } from './every-instance.ts';
import type { ReplicaKeeper } from './replica-keeper.ts';
import type { SupervisorPorts } from './supervisor-ports.ts';

const failuresUntilReplaced = 3;
const concurrentProbes = 8;

interface Replica {
  instanceId: string;
  replica: number;
  runtime: Runtime;
}

/** Asks the replicas of running instances a real question now and then; one that fails three times in a row is replaced. */
export class ReplicaHealth {
  readonly #ports: SupervisorPorts;
  readonly #keeper: Pick<ReplicaKeeper, 'replace'>;
  /** Failures in a row, by process. */
  readonly #failures = new Map<string, number>();

  constructor(ports: SupervisorPorts, keeper: Pick<ReplicaKeeper, 'replace'>) {
    this.#ports = ports;
    this.#keeper = keeper;
  }

  /** One round over all replicas. Never rejects because of a single one. */
  async checkAll(): Promise<void> {
    const replicas = await this.#list();
    const present = new Set(replicas.map(({ runtime }) => runtime.ref));
    for (const ref of this.#failures.keys()) if (!present.has(ref)) this.#failures.delete(ref);
    await forEachConcurrently(iterate(replicas), concurrentProbes, (replica) => this.#check(replica));
  }

  /** Takes the hint that a process of the instance did not do what it should, and asks it if it is a replica. Never rejects. */
  async suspect(instanceId: string, address: string): Promise<void> {
    try {
      const meant = (await this.#list(instanceId)).find(({ runtime }) => runtime.address === address);
      if (meant) await this.#check(meant);
    } catch (cause) {
      this.#ports.report({ message: 'A hint that a replica is not well could not be followed.', instanceId, cause });
    }
  }

  async #list(instanceId?: string): Promise<Replica[]> {
    return (await this.#ports.launcher.list(instanceId))
      .map(({ instanceId, replica = 0, runtime }) => ({ instanceId, replica, runtime }))
      .filter(({ replica }) => replica > 0);
  }

  async #check({ instanceId, replica, runtime }: Replica): Promise<void> {
    try {
      const route = await this.#routeTo(instanceId, runtime);
      if (!route) return;
      const health = await this.#ports.probe.check(route);
      if (health.healthy) {
        this.#failures.delete(runtime.ref);
        return;
      }
      const failures = (this.#failures.get(runtime.ref) ?? 0) + 1;
      this.#failures.set(runtime.ref, failures);
      if (failures >= failuresUntilReplaced) {
        this.#failures.delete(runtime.ref);
        await this.#keeper.replace(instanceId, replica, runtime.ref, `it failed its health check: ${health.reason}`);
      }
    } catch (cause) {
      this.#ports.report({ message: 'The health of a replica could not be checked.', instanceId, cause });
    }
  }

  /** The way to the replica, as long as the router knows it and nobody works on the instance. */
  async #routeTo(instanceId: string, { address }: Runtime): Promise<Route | undefined> {
    if (this.#ports.runner.isBusy(instanceId)) return undefined;
    const route = await this.#ports.routes.get(instanceId);
    const target = route?.replicas?.find((replica) => replica.address === address);
    return route && target ? { instanceId, workspaceId: route.workspaceId, ...target } : undefined;
  }
}

async function* iterate<Item>(items: readonly Item[]): AsyncGenerator<Item, void, undefined> {
  yield* items;
}
