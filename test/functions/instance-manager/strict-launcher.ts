import type { InstanceConfiguration, InstanceLogLine } from '../../../core/instance-configuration.ts';
import { type InstanceExit, type Launcher, LaunchFailed, type LaunchRequest, type Runtime } from '../../../functions/ports.ts';

interface Process {
  instanceId: string;
  runtime: Runtime;
  configuration: InstanceConfiguration;
}

/**
 * Pretends to run processes, slowly. As a launcher must, it ends an old process before it starts a new one; but it notes that it
 * had to, so that a test sees whether the lifecycle relies on that care.
 */
export class StrictLauncher implements Launcher {
  readonly processes = new Map<string, Process>();
  /** Instances for which two processes would have run at once without the launcher's care. */
  readonly doubles: string[] = [];
  /** Launches that shall fail before one succeeds. */
  failures = 0;
  launches = 0;
  launchMilliseconds = 0;
  stopMilliseconds = 0;
  /** Ends the launches under way, by process. */
  readonly #launching = new Map<string, () => void>();
  readonly #exitListeners: ((exit: InstanceExit) => void)[] = [];
  readonly #logListeners: ((instanceId: string, line: InstanceLogLine) => void)[] = [];

  async launch({ configuration }: LaunchRequest): Promise<Runtime> {
    const { instanceId } = configuration;
    this.launches += 1;
    const ref = String(this.launches);
    const runtime: Runtime = { launcher: 'child-process', ref, address: `http://127.0.0.1:${40_000 + this.launches}` };
    for (const old of this.#of(instanceId)) {
      this.doubles.push(instanceId);
      this.processes.delete(old.runtime.ref);
    }
    this.processes.set(ref, { instanceId, runtime, configuration });
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

  async stop(instanceId: string): Promise<void> {
    const ending = this.#of(instanceId);
    await pause(this.stopMilliseconds);
    for (const { runtime } of ending) {
      this.processes.delete(runtime.ref);
      this.#launching.get(runtime.ref)?.();
    }
  }

  async list(): Promise<{ instanceId: string; runtime: Runtime }[]> {
    return [...this.processes.values()].map(({ instanceId, runtime }) => ({ instanceId, runtime }));
  }

  onExit(listener: (exit: InstanceExit) => void): void {
    this.#exitListeners.push(listener);
  }

  onLog(listener: (instanceId: string, line: InstanceLogLine) => void): void {
    this.#logListeners.push(listener);
  }

  /** Lets the process of the instance die; with `silently`, without telling anybody. */
  kill(instanceId: string, options: { silently?: boolean } = {}): void {
    for (const { runtime } of this.#of(instanceId)) {
      this.processes.delete(runtime.ref);
      if (!options.silently) this.tellExit(instanceId, runtime.ref);
    }
  }

  /** Tells of an exit, true or not. */
  tellExit(instanceId: string, ref: string): void {
    for (const listener of this.#exitListeners) listener({ instanceId, ref, reason: 'was killed by SIGKILL' });
  }

  print(instanceId: string, line: InstanceLogLine): void {
    for (const listener of this.#logListeners) listener(instanceId, line);
  }

  #of(instanceId: string): Process[] {
    return [...this.processes.values()].filter((process) => process.instanceId === instanceId);
  }
}

/** By the global timer, which tests replace. */
function pause(milliseconds: number): Promise<void> {
  return milliseconds === 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, milliseconds));
}
