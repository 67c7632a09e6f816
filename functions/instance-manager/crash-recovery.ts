import { recordEvent } from '../domain/event-recording.ts';
import { changeInstance } from '../domain/instance-change.ts';
import { instanceStatusText } from '../domain/instance-status-text.ts';
import type { Instance, InstanceExit } from '../ports.ts';
import { isPlatformFault } from './lifecycle-errors.ts';
import { canMove } from './lifecycle-states.ts';
import type { LogCollector } from './log-collector.ts';
import type { RestartPolicy } from './restart-policy.ts';
import type { SupervisorPorts } from './supervisor-ports.ts';
import { accessTokenSecretName } from './tasks/access-token-secret.ts';

const quotedLogLines = 3;
/** How long a process that does not answer may take to end politely: it most likely cannot. */
const hungGraceMilliseconds = 1_000;
const restartNote = 'It is being restarted.';

/** Brings instances back that should run and do not: after pauses that grow, and not for ever. */
export class CrashRecovery {
  readonly #ports: SupervisorPorts;
  readonly #policy: RestartPolicy;
  readonly #logs: LogCollector;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #waking = new Set<string>();
  #stopped = false;

  constructor(ports: SupervisorPorts, policy: RestartPolicy, logs: LogCollector) {
    this.#ports = ports;
    this.#policy = policy;
    this.#logs = logs;
  }

  /** Takes the news that an instance ended by itself. Never rejects. */
  async onExit(exit: InstanceExit): Promise<void> {
    await this.#inTurn(exit.instanceId, async (instance) => {
      // During a launch the launch itself fails and says so; and what was launched anew since has nothing to do with this exit.
      if (instance.runtime?.ref !== exit.ref) return;
      await recordEvent(this.#ports, instance.id, 'exited', `The instance ${exit.reason}.`);
      await this.#died(instance, `The instance ${exit.reason}.`);
    });
  }

  /** Ends an instance that runs but does not work, and brings it back. Never rejects. */
  async replace(instanceId: string, ref: string, reason: string): Promise<void> {
    await this.#inTurn(instanceId, async (instance) => {
      if (instance.runtime?.ref !== ref) return;
      await recordEvent(this.#ports, instance.id, 'unhealthy', reason);
      await this.#ports.routes.remove(instance.id);
      await this.#ports.launcher.stop(instance.id, hungGraceMilliseconds);
      await this.#died(instance, reason);
    });
  }

  /** Starts an instance that should run, now; where that fails, again after a pause. Never rejects. @param reason For its owner. */
  async start(instanceId: string, reason?: string): Promise<void> {
    if (this.#stopped) return;
    await this.#ports.runner.run(instanceId, 'start', { recovery: true, ...(reason === undefined ? {} : { reason }) });
    await this.#lookAfterStart(instanceId);
  }

  /**
   * Wakes an instance that sleeps, or is just being put to sleep. Resolves when the wake has succeeded or failed, and never rejects;
   * asked again meanwhile it answers at once, as the wake under way is for all.
   */
  async wake(instanceId: string): Promise<void> {
    if (this.#stopped || this.#waking.has(instanceId)) return;
    this.#waking.add(instanceId);
    const began = performance.now();
    try {
      await this.#ports.runner.run(instanceId, 'start', { recovery: true });
    } finally {
      // Before anything else: a sleep that follows needs a wake of its own.
      this.#waking.delete(instanceId);
    }
    const milliseconds = performance.now() - began;
    await this.#lookAfterStart(instanceId, () => this.#ports.observer?.woke?.(instanceId, milliseconds));
  }

  /**
   * Launches an instance anew that should run, such as with another version; where that fails, again after a pause. One that sleeps is
   * left alone. Never rejects.
   * @param reason For its owner.
   */
  async relaunch(instanceId: string, reason: string): Promise<void> {
    if (this.#stopped) return;
    let isAsleep = false;
    await this.#inTurn(instanceId, async ({ status }) => {
      isAsleep = status === 'sleeping';
    });
    if (isAsleep) return;
    this.cancelPause(instanceId);
    await this.#ports.runner.run(instanceId, 'restart', { recovery: true, reason });
    await this.#lookAfterStart(instanceId);
  }

  async #lookAfterStart(instanceId: string, onRunning?: () => void): Promise<void> {
    await this.#inTurn(instanceId, async (instance) => {
      if (instance.status === 'running') {
        this.#policy.cameUp(instanceId, this.#now());
        onRunning?.();
      } else if (instance.status === 'restarting' && instance.desiredState === 'running' && !instance.runtime) {
        await this.#died(instance, instance.statusReason);
      }
    });
  }

  /** Whether the instance waits for its next start. */
  isScheduled(instanceId: string): boolean {
    return this.#timers.has(instanceId);
  }

  /** Starts the instance no more after its pause: somebody asked for an operation, which goes ahead now and says what follows. */
  cancelPause(instanceId: string): void {
    clearTimeout(this.#timers.get(instanceId));
    this.#timers.delete(instanceId);
  }

  /** Starts nothing any more. */
  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  /** Does the work with the present row while no operation runs on the instance. */
  async #inTurn(instanceId: string, work: (instance: Instance) => Promise<void>): Promise<void> {
    if (this.#stopped) return;
    try {
      await this.#ports.runner.exclusively(instanceId, async () => {
        const instance = await this.#ports.instances.findById(instanceId);
        if (instance && !this.#stopped) await work(instance);
      });
    } catch (cause) {
      // The next reconciliation finds that the instance does not run.
      this.#ports.report({ message: 'An instance that ended could not be looked after.', instanceId, cause });
    }
  }

  async #died(instance: Instance, reason: string): Promise<void> {
    this.#ports.observer?.died?.(instance.id);
    await this.#ports.routes.remove(instance.id);
    await this.#ports.accessTokens.delete(accessTokenSecretName(instance.id));
    if (instance.desiredState !== 'running' || instance.status === 'suspended') {
      await changeInstance(this.#ports.instances, instance.id, (present) => (present.runtime ? { runtime: null } : undefined));
      return;
    }
    const decision = isPlatformFault(reason)
      ? this.#policy.couldNotStart(instance.id)
      : this.#policy.died(instance.id, this.#now());
    if (!decision.restart) return this.#giveUp(instance, decision.deaths, reason);
    await this.#move(instance, 'restarting', reason.endsWith(restartNote) ? reason : `${reason} ${restartNote}`);
    this.#schedule(instance.id, decision.pauseMilliseconds);
  }

  #schedule(instanceId: string, pauseMilliseconds: number): void {
    this.cancelPause(instanceId);
    const timer = setTimeout(() => {
      this.#timers.delete(instanceId);
      void this.start(instanceId, 'It ended, or did not work, and is started again.');
    }, pauseMilliseconds);
    this.#timers.set(instanceId, timer);
  }

  async #giveUp(instance: Instance, deaths: number, reason: string): Promise<void> {
    await this.#logs.flush();
    const { items } = await this.#ports.logs.list(instance.id, {}, { limit: quotedLogLines });
    const lastLines = items.map((entry) => entry.message).reverse();
    const quote = lastLines.length === 0 ? '' : ` Last lines of its log: ${lastLines.join(' | ')}`;
    await this.#move(instance, 'failed', `The instance ended ${deaths} times within an hour. ${reason}${quote}`);
    await recordEvent(this.#ports, instance.id, 'failed', `The instance ended ${deaths} times within an hour and stays down.`);
  }

  async #move(instance: Instance, status: 'restarting' | 'failed', reason: string): Promise<void> {
    await changeInstance(this.#ports.instances, instance.id, (present) => {
      if (present.desiredState !== 'running' || !canMove(present.status, status)) return { runtime: null };
      return { status, ...instanceStatusText(status, reason), runtime: null };
    });
  }

  #now(): number {
    return this.#ports.clock.now().getTime();
  }
}
