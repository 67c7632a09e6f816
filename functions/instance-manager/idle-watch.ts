import { isIdle, type SleepRules, sleepAfter } from '../domain/sleep.ts';
import type { Instance, InstanceActivityReader, Runtime } from '../ports.ts';
import { everyInstance, runningInstances } from './every-instance.ts';
import type { LifecyclePorts } from './lifecycle-ports.ts';
import type { LifecycleRunner } from './lifecycle-runner.ts';

interface IdleWatchPorts extends Pick<LifecyclePorts, 'clock' | 'instances' | 'launcher' | 'report'> {
  activity: InstanceActivityReader;
  runner: LifecycleRunner;
  /** What the plan of the instance's workspace says about sleeping. */
  sleepRules?(instance: Instance): SleepRules | undefined;
}

export interface IdleWatchOptions {
  /**
   * For how many milliseconds what runs, and when each shall sleep, is remembered. 0, as usual: every round reads all instances. Where
   * reads of the store cost money, what runs is read alone, as the launcher lists it, once in so long; rounds between ask the routers
   * alone, and only what seems idle is read again. An instance that came up, or a time that was changed, may then be noticed so much later.
   */
  rememberMilliseconds?: number;
}

/** An instance that runs and is to sleep some time. */
interface Watched {
  instance: Instance & { runtime: Runtime };
  afterSeconds: number;
}

/** Bounds of the pause between two rounds, in milliseconds. */
const shortestPause = 1_000;
const longestPause = 5_000;
/** Part of the shortest idle time that a round may come late. */
const allowedLateness = 0.2;

/** Puts to sleep what nobody has called for its idle time. */
export class IdleWatch {
  readonly #ports: IdleWatchPorts;
  readonly #rememberMilliseconds: number;
  #watched = new Map<string, Watched>();
  /** When they were read, in milliseconds. */
  #readAt = Number.NEGATIVE_INFINITY;
  /** When each running process was first seen, in milliseconds: an instance of whose calls nothing is known counts from then. */
  #upSince = new Map<string, { ref: string; time: number }>();

  constructor(ports: IdleWatchPorts, { rememberMilliseconds = 0 }: IdleWatchOptions = {}) {
    this.#ports = ports;
    this.#rememberMilliseconds = rememberMilliseconds;
  }

  /** How long to wait for the next round, in milliseconds, given the idle times of the instances that run. */
  get pauseMilliseconds(): number {
    const shortestIdleSeconds = Math.min(...[...this.#watched.values()].map(({ afterSeconds }) => afterSeconds));
    return Math.min(longestPause, Math.max(shortestPause, shortestIdleSeconds * 1000 * allowedLateness));
  }

  /** One round over all running instances; resolves when those that were idle sleep. Rejects where the store cannot be read. */
  async checkAll(): Promise<void> {
    if (this.#now() - this.#readAt >= this.#rememberMilliseconds) await this.#readAll();
    const asleep: Promise<void>[] = [];
    for (const watched of [...this.#watched.values()]) {
      if (!(await this.#mayRest(watched))) continue;
      if (this.#rememberMilliseconds > 0 && !(await this.#mayRestAsItIsNow(watched.instance.id))) continue;
      this.#watched.delete(watched.instance.id);
      asleep.push(this.#putToSleep(watched.instance.id));
    }
    await Promise.all(asleep);
  }

  async #readAll(): Promise<void> {
    const { instances, launcher } = this.#ports;
    const upSince = new Map<string, { ref: string; time: number }>();
    const all = new Map<string, Watched>();
    const running = this.#rememberMilliseconds > 0 ? runningInstances(launcher, instances) : everyInstance(instances);
    for await (const instance of running) {
      const watched = this.#watch(instance);
      if (watched === undefined) continue;
      const { ref } = watched.instance.runtime;
      const known = this.#upSince.get(instance.id);
      upSince.set(instance.id, known?.ref === ref ? known : { ref, time: this.#now() });
      all.set(instance.id, watched);
    }
    this.#readAt = this.#now();
    this.#upSince = upSince;
    this.#watched = all;
  }

  /** `undefined` where it does not run, or never sleeps. */
  #watch(instance: Instance): Watched | undefined {
    const afterSeconds = sleepAfter(instance, this.#ports.sleepRules?.(instance));
    const { runtime, status, desiredState } = instance;
    if (afterSeconds === null || status !== 'running' || desiredState !== 'running' || !runtime) return undefined;
    return { instance: { ...instance, runtime }, afterSeconds };
  }

  /** What is remembered of it may have changed. */
  async #mayRestAsItIsNow(instanceId: string): Promise<boolean> {
    const present = await this.#ports.instances.findById(instanceId);
    const watched = present && this.#watch(present);
    if (watched === undefined) {
      this.#watched.delete(instanceId);
      return false;
    }
    this.#watched.set(instanceId, watched);
    return this.#mayRest(watched);
  }

  async #mayRest({ instance: { id, runtime }, afterSeconds }: Watched): Promise<boolean> {
    if (this.#ports.runner.isBusy(id)) return false;
    const now = this.#now();
    const known = this.#upSince.get(id);
    // A process that is seen for the first time has come up meanwhile.
    const upSince = known?.ref === runtime.ref ? known : { ref: runtime.ref, time: now };
    this.#upSince.set(id, upSince);
    try {
      return isIdle(await this.#ports.activity.read(id), { now: this.#now(), upSince: upSince.time, afterSeconds });
    } catch (cause) {
      // Not knowing is no reason to end what may be in use.
      this.#ports.report({ message: 'How busy an instance is could not be read.', instanceId: id, cause });
      return false;
    }
  }

  async #putToSleep(instanceId: string): Promise<void> {
    await this.#ports.runner.run(instanceId, 'sleep', { recovery: true });
  }

  #now(): number {
    return this.#ports.clock.now().getTime();
  }
}
