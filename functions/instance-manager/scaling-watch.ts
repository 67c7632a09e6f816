import { heapLimitMebibytes, type InstanceSize, instanceSizes } from '../../core/instance-configuration.ts';
import { recordEvent } from '../domain/event-recording.ts';
import { changeInstance } from '../domain/instance-change.ts';
import { decideScale, type Load, processesOf, type Scale, type ScalingBounds, type ScalingDecision } from '../domain/scaling.ts';
import type { Instance, InstanceExit, ProcessReading, RunningProcess } from '../ports.ts';
import { forEachConcurrently } from './every-instance.ts';
import { type LoadReading, loadBetween } from './load-window.ts';
import type { ReplicaKeeper } from './replica-keeper.ts';
import type { SupervisorPorts } from './supervisor-ports.ts';

export interface ScalingOptions {
  /** How long a decision must stay the same before it is followed. */
  holdMilliseconds?: number;
  growCooldownSeconds?: number;
  shrinkCooldownSeconds?: number;
}

const concurrentReadings = 8;
const mebibyte = 1024 * 1024;
/**
 * What a process may have besides the heap that its class limits. Chosen, not measured: an idle instance has about 71 MiB resident in
 * all, its small heap included, so most of this is the runtime and the catalogue, and the rest is room for buffers of calls under way.
 */
const besidesHeapBytes = 96 * mebibyte;

/** Memory a process of each class may have altogether. */
const memoryBytes = Object.fromEntries(
  instanceSizes.map((size) => [size, heapLimitMebibytes[size] * mebibyte + besidesHeapBytes]),
) as Record<InstanceSize, number>;

const noLoad: Load = {
  cpuCores: null,
  callsPerSecond: null,
  p95Milliseconds: null,
  requestsInFlight: null,
  sessions: null,
  memoryBytes: null,
  outOfMemoryEnds: 0,
};

/** What is known of an instance from one round to the next. */
interface Watched {
  reading: LoadReading;
  /** What should be, and since when it is the same, in milliseconds since 1970. */
  wish?: Scale & { since: number };
  changedAt?: number;
}

/**
 * Sees how much the running instances have to do, and follows the scaling decision once it has stayed the same for long enough; at
 * once where a process ran out of memory. The memory class only grows by itself: what the owner chose is the least.
 */
export class ScalingWatch {
  readonly #ports: SupervisorPorts;
  readonly #replicas: Pick<ReplicaKeeper, 'keep'>;
  readonly #options: Required<ScalingOptions>;
  readonly #watched = new Map<string, Watched>();

  constructor(ports: SupervisorPorts, replicas: Pick<ReplicaKeeper, 'keep'>, options: ScalingOptions = {}) {
    this.#ports = ports;
    this.#replicas = replicas;
    this.#options = { holdMilliseconds: 3 * 60_000, growCooldownSeconds: 60, shrinkCooldownSeconds: 10 * 60, ...options };
  }

  /** One round over all running instances. Never rejects because of a single one. */
  async checkAll(): Promise<void> {
    if (!this.#ports.processReader) return;
    const running = Map.groupBy(await this.#ports.launcher.list(), ({ instanceId }) => instanceId);
    for (const instanceId of this.#watched.keys()) if (!running.has(instanceId)) this.#watched.delete(instanceId);
    await forEachConcurrently(iterate([...running]), concurrentReadings, ([instanceId, processes]) =>
      this.#check(instanceId, processes).catch((cause) => {
        this.#ports.report({ message: 'The load of an instance could not be read.', instanceId, cause });
      }),
    );
  }

  /** Takes the news that a process ended by itself; resolves when what follows from it is stored. Never rejects. */
  async onExit({ instanceId, replica = 0, outOfMemory }: InstanceExit): Promise<void> {
    if (!outOfMemory) return;
    try {
      await this.#apply(instanceId, { ...noLoad, outOfMemoryEnds: 1 }, { isRestarting: replica === 0 });
    } catch (cause) {
      this.#ports.report({ message: 'An instance that ran out of memory could not be given more.', instanceId, cause });
    }
  }

  async #check(instanceId: string, processes: readonly RunningProcess[]): Promise<void> {
    const reading = await this.#read(instanceId, processes);
    const before = this.#watched.get(instanceId);
    const watched: Watched = { ...before, reading };
    this.#watched.set(instanceId, watched);
    if (!before || this.#ports.runner.isBusy(instanceId)) return;
    const load: Load = { ...loadBetween(before.reading, reading), outOfMemoryEnds: 0 };
    const instance = await this.#findRunning(instanceId);
    const decision = instance && this.#decide(instance, load);
    if (!instance || !decision || !differs(decision, instance)) {
      delete watched.wish;
      return;
    }
    const isSame = watched.wish?.size === decision.size && watched.wish.replicas === decision.replicas;
    watched.wish = { size: decision.size, replicas: decision.replicas, since: (isSame && watched.wish?.since) || reading.at };
    if (reading.at - watched.wish.since < this.#options.holdMilliseconds) return;
    delete watched.wish;
    await this.#apply(instanceId, load, { isRestarting: false });
  }

  async #read(instanceId: string, processes: readonly RunningProcess[]): Promise<LoadReading> {
    const { processReader, activity, clock } = this.#ports;
    const readings = new Map<string, ProcessReading>();
    await Promise.all(
      processes.map(async ({ runtime }) => {
        const reading = await processReader?.readProcess(runtime);
        if (reading) readings.set(runtime.ref, reading);
      }),
    );
    return { at: clock.now().getTime(), processes: readings, activity: await activity?.read(instanceId) };
  }

  async #findRunning(instanceId: string): Promise<Instance | undefined> {
    const instance = await this.#ports.instances.findById(instanceId);
    return instance?.status === 'running' && instance.desiredState === 'running' ? instance : undefined;
  }

  #decide(instance: Instance, load: Load): ScalingDecision {
    return decideScale(load, instance, this.#boundsOf(instance));
  }

  #boundsOf({ id, size, maxReplicas }: Instance): ScalingBounds {
    const { growCooldownSeconds, shrinkCooldownSeconds } = this.#options;
    const changedAt = this.#watched.get(id)?.changedAt;
    return {
      maxReplicas,
      growCooldownSeconds,
      shrinkCooldownSeconds,
      memoryBytes,
      smallestSize: size,
      largestSize: instanceSizes.at(-1) ?? size,
      secondsSinceChange: changedAt === undefined ? null : (this.#ports.clock.now().getTime() - changedAt) / 1000,
    };
  }

  /**
   * Stores the decision as it is for the present row, and lets it take effect.
   * @param how.isRestarting Whether the instance is being brought back anyway and reads its row then.
   */
  async #apply(instanceId: string, load: Load, { isRestarting }: { isRestarting: boolean }): Promise<void> {
    let decision: ScalingDecision | undefined;
    const formerSize = (await this.#ports.instances.findById(instanceId))?.size;
    const changed = await changeInstance(this.#ports.instances, instanceId, (present) => {
      decision = this.#decide(present, load);
      const isWanted = present.desiredState === 'running' && present.status !== 'suspended';
      return isWanted && differs(decision, present) ? { size: decision.size, replicas: decision.replicas } : undefined;
    });
    if (!changed || !decision) return;
    const watched = this.#watched.get(instanceId);
    if (watched) watched.changedAt = this.#ports.clock.now().getTime();
    const processes = changed.replicas === 1 ? '1 process' : `${changed.replicas} processes`;
    await recordEvent(this.#ports, instanceId, 'scaled', `${decision.reason} It has ${processes} of class ${changed.size} now.`);
    if (isRestarting) return;
    if (changed.size !== formerSize) {
      await this.#ports.runner.run(instanceId, 'restart', {
        recovery: true,
        reason: `It gets the memory class ${changed.size}.`,
      });
      return;
    }
    await this.#replicas.keep(instanceId);
  }
}

function differs(decision: Scale, instance: Instance): boolean {
  return decision.size !== instance.size || decision.replicas !== processesOf(instance);
}

async function* iterate<Item>(items: readonly Item[]): AsyncGenerator<Item, void, undefined> {
  yield* items;
}
