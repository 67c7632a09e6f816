import type { InstanceConfiguration, InstanceLogLine } from '../../../core/instance-configuration.ts';
import {
  type InstanceExit,
  type Launcher,
  LaunchFailed,
  type LaunchRequest,
  type RunningProcess,
  type Runtime,
} from '../../../functions/ports.ts';

interface Process {
  instanceId: string;
  replica: number;
  runtime: Runtime;
  configuration: InstanceConfiguration;
  size: LaunchRequest['size'];
}

/**
 * Pretends to run processes, slowly. As a launcher must, it ends an old process before it starts a new one; but it notes that it
 * had to, so that a test sees whether the lifecycle relies on that care.
 */
export class StrictLauncher implements Launcher {
  readonly processes = new Map<string, Process>();
  /** Instances for which the same process would have run twice at once without the launcher's care. */
  readonly doubles: string[] = [];
  /** Launches that shall fail before one succeeds. */
  failures = 0;
  launches = 0;
  launchMilliseconds = 0;
  stopMilliseconds = 0;
  /** What the next stops fail with; the process then goes on. */
  stopFailures: Error[] = [];
  /** Ends the launches under way, by process. */
  readonly #launching = new Map<string, () => void>();
  #exitListeners: ((exit: InstanceExit) => void)[] = [];
  #logListeners: ((instanceId: string, line: InstanceLogLine) => void)[] = [];

  async launch({ configuration, replica = 0, size, version }: LaunchRequest): Promise<Runtime> {
    const { instanceId, processes } = configuration;
    this.launches += 1;
    const ref = String(this.launches);
    const runtime: Runtime = {
      launcher: 'child-process',
      ref,
      address: `http://127.0.0.1:${40_000 + this.launches}`,
      ...(version === undefined ? {} : { version }),
      ...(processes === undefined ? {} : { processes }),
    };
    for (const old of this.of(instanceId)) {
      if (old.replica !== replica) continue;
      // The first process is replaced by a launch only where a replica stands in for it.
      if (replica === 0 && this.of(instanceId).length === 1) this.doubles.push(instanceId);
      this.processes.delete(old.runtime.ref);
    }
    this.processes.set(ref, { instanceId, replica, runtime, configuration, size });
    const { promise: givenUp, resolve: giveUp } = Promise.withResolvers<void>();
    this.#launching.set(ref, giveUp);
    await Promise.race([pause(this.launchMilliseconds), givenUp]);
    this.#launching.delete(ref);
    if (!this.processes.has(ref)) throw new LaunchFailed('The instance was stopped while it started.');
    if (this.failures > 0) {
      this.failures -= 1;
      this.processes.delete(ref);
      throw new LaunchFailed('The instance ended with exit code 1 before it was ready.');
    }
    return runtime;
  }

  stop(instanceId: string): Promise<void> {
    return this.#end(this.of(instanceId));
  }

  stopReplica(instanceId: string, replica: number): Promise<void> {
    return this.#end(this.of(instanceId).filter((process) => process.replica === replica));
  }

  async list(only?: string): Promise<RunningProcess[]> {
    const processes = only === undefined ? [...this.processes.values()] : this.of(only);
    return processes.map(({ instanceId, replica, runtime }) => ({
      instanceId,
      ...(replica === 0 ? {} : { replica }),
      runtime,
    }));
  }

  onExit(listener: (exit: InstanceExit) => void): void {
    this.#exitListeners.push(listener);
  }

  onLog(listener: (instanceId: string, line: InstanceLogLine) => void): void {
    this.#logListeners.push(listener);
  }

  /** Forgets who wanted to be called back: a platform that was killed hears nothing any more. */
  forgetListeners(): void {
    this.#exitListeners = [];
    this.#logListeners = [];
  }

  /** Lets a process of the instance die, all of them where none is named; with `silently`, without telling anybody. */
  kill(instanceId: string, options: { silently?: boolean; replica?: number; outOfMemory?: boolean } = {}): void {
    for (const { runtime, replica } of this.of(instanceId)) {
      if (options.replica !== undefined && options.replica !== replica) continue;
      this.processes.delete(runtime.ref);
      if (!options.silently) this.tellExit(instanceId, runtime.ref, { replica, outOfMemory: options.outOfMemory ?? false });
    }
  }

  /** Tells of an exit, true or not. */
  tellExit(instanceId: string, ref: string, { replica = 0, outOfMemory = false } = {}): void {
    const reason = outOfMemory ? 'ran out of memory' : 'was killed by SIGKILL';
    const more = { ...(replica === 0 ? {} : { replica }), ...(outOfMemory ? { outOfMemory } : {}) };
    for (const listener of this.#exitListeners) listener({ instanceId, ref, reason, ...more });
  }

  print(instanceId: string, line: InstanceLogLine): void {
    for (const listener of this.#logListeners) listener(instanceId, line);
  }

  /** All processes of an instance, the first one first. */
  of(instanceId: string): Process[] {
    return [...this.processes.values()]
      .filter((process) => process.instanceId === instanceId)
      .sort((one, other) => one.replica - other.replica);
  }

  async #end(ending: Process[]): Promise<void> {
    const failure = ending.length > 0 ? this.stopFailures.shift() : undefined;
    await pause(this.stopMilliseconds);
    if (failure) throw failure;
    for (const { runtime } of ending) {
      this.processes.delete(runtime.ref);
      this.#launching.get(runtime.ref)?.();
    }
  }
}

/** By the global timer, which tests replace. */
function pause(milliseconds: number): Promise<void> {
  return milliseconds === 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, milliseconds));
}
