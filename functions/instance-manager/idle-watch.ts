import { isIdle, type SleepRules, sleepAfter } from '../domain/sleep.ts';
import type { Instance, InstanceActivityReader } from '../ports.ts';
import { everyInstance } from './every-instance.ts';
import type { LifecyclePorts } from './lifecycle-ports.ts';
import type { LifecycleRunner } from './lifecycle-runner.ts';

interface IdleWatchPorts extends Pick<LifecyclePorts, 'clock' | 'instances' | 'report'> {
  activity: InstanceActivityReader;
  runner: LifecycleRunner;
  /** What the plan of the instance's workspace says about sleeping. */
  sleepRules?(instance: Instance): SleepRules | undefined;
}

/** Bounds of the pause between two rounds, in milliseconds. */
const shortestPause = 1_000;
const longestPause = 5_000;
/** Part of the shortest idle time that a round may come late. */
const allowedLateness = 0.2;

/** Puts to sleep what nobody has called for its idle time. */
export class IdleWatch {
  readonly #ports: IdleWatchPorts;
  /** When each running process was first seen, in milliseconds: an instance of whose calls nothing is known counts from then. */
  #upSince = new Map<string, { ref: string; time: number }>();
  #shortestIdleSeconds = Number.POSITIVE_INFINITY;

  constructor(ports: IdleWatchPorts) {
    this.#ports = ports;
  }

  /** How long to wait for the next round, in milliseconds, given the idle times of the instances that run. */
  get pauseMilliseconds(): number {
    return Math.min(longestPause, Math.max(shortestPause, this.#shortestIdleSeconds * 1000 * allowedLateness));
  }

  /** One round over all running instances; resolves when those that were idle sleep. Rejects where the store cannot be read. */
  async checkAll(): Promise<void> {
    const upSince = new Map<string, { ref: string; time: number }>();
    const asleep: Promise<void>[] = [];
    let shortest = Number.POSITIVE_INFINITY;
    for await (const instance of everyInstance(this.#ports.instances)) {
      const afterSeconds = sleepAfter(instance, this.#ports.sleepRules?.(instance));
      if (afterSeconds === null || instance.status !== 'running' || instance.desiredState !== 'running') continue;
      if (!instance.runtime) continue;
      shortest = Math.min(shortest, afterSeconds);
      const { ref } = instance.runtime;
      const known = this.#upSince.get(instance.id);
      const since = known?.ref === ref ? known : { ref, time: this.#now() };
      upSince.set(instance.id, since);
      if (await this.#mayRest(instance.id, since.time, afterSeconds)) asleep.push(this.#putToSleep(instance.id));
    }
    this.#upSince = upSince;
    this.#shortestIdleSeconds = shortest;
    await Promise.all(asleep);
  }

  async #mayRest(instanceId: string, upSince: number, afterSeconds: number): Promise<boolean> {
    if (this.#ports.runner.isBusy(instanceId)) return false;
    try {
      const activity = await this.#ports.activity.read(instanceId);
      return isIdle(activity, { now: this.#now(), upSince, afterSeconds });
    } catch (cause) {
      // Not knowing is no reason to end what may be in use.
      this.#ports.report({ message: 'How busy an instance is could not be read.', instanceId, cause });
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
