import type { InstanceLogLine } from '../../../core/instance-configuration.ts';
import type { InstanceExit, Launcher, LaunchRequest, Runtime } from '../../../functions/ports.ts';

/** "Launches" by remembering. A test can let a launch fail, let an instance die and let it log. */
export class InMemoryLauncher implements Launcher {
  /** What the next launches fail with. */
  failure: Error | undefined;
  readonly #running = new Map<string, Runtime>();
  readonly #exitListeners: ((exit: InstanceExit) => void)[] = [];
  readonly #logListeners: ((instanceId: string, line: InstanceLogLine) => void)[] = [];
  #launches = 0;

  async launch({ configuration }: LaunchRequest): Promise<Runtime> {
    this.#running.delete(configuration.instanceId);
    if (this.failure !== undefined) throw this.failure;
    this.#launches += 1;
    const runtime: Runtime = {
      launcher: 'child-process',
      ref: String(this.#launches),
      address: `http://127.0.0.1:${40_000 + this.#launches}`,
    };
    this.#running.set(configuration.instanceId, runtime);
    return { ...runtime };
  }

  async stop(instanceId: string): Promise<void> {
    this.#running.delete(instanceId);
  }

  async stopReplica(): Promise<void> {}

  async list(only?: string): Promise<{ instanceId: string; runtime: Runtime }[]> {
    return [...this.#running]
      .filter(([instanceId]) => only === undefined || instanceId === only)
      .map(([instanceId, runtime]) => ({ instanceId, runtime: { ...runtime } }));
  }

  onExit(listener: (exit: InstanceExit) => void): void {
    this.#exitListeners.push(listener);
  }

  onLog(listener: (instanceId: string, line: InstanceLogLine) => void): void {
    this.#logListeners.push(listener);
  }

  die(instanceId: string, reason = 'ended with exit code 1'): void {
    const runtime = this.#running.get(instanceId);
    if (runtime === undefined) return;
    this.#running.delete(instanceId);
    for (const listener of this.#exitListeners) listener({ instanceId, ref: runtime.ref, reason });
  }

  log(instanceId: string, line: InstanceLogLine): void {
    for (const listener of this.#logListeners) listener(instanceId, line);
  }
}
