import { CrashRecovery } from './crash-recovery.ts';
import { everyInstance, forEachConcurrently } from './every-instance.ts';
import { HealthWatch } from './health-watch.ts';
import { KeyWatch } from './key-watch.ts';
import { operationToReach } from './lifecycle-states.ts';
import { LogCollector } from './log-collector.ts';
import { Reconciler } from './reconciler.ts';
import { RecurringJob } from './recurring-job.ts';
import { RestartPolicy } from './restart-policy.ts';
import type { SupervisorPorts } from './supervisor-ports.ts';

export interface SupervisorOptions {
  /** Milliseconds between two comparisons of what should run with what does, and between two health checks. */
  intervalMilliseconds?: number;
  /** Instances brought back at the same time at start. */
  concurrentStarts?: number;
  /** How long instances may take to finish their calls when the platform stops. */
  shutdownGraceMilliseconds?: number;
  /** Numbers from 0 up to 1, for the jitter of pauses. */
  random?: () => number;
}

const hour = 60 * 60_000;
const logRetention = 7 * 24 * hour;
/** How long operations under way may take to end in order when the platform stops. */
const closeMilliseconds = 1000;

/**
 * Watches over the instances of this machine for as long as the platform runs: brings back what should run, restarts what dies or
 * hangs, keeps their logs, and repairs what does not agree.
 */
export class Supervisor {
  readonly #ports: SupervisorPorts;
  readonly #options: Required<SupervisorOptions>;
  readonly #logs: LogCollector;
  readonly #policy: RestartPolicy;
  readonly #recovery: CrashRecovery;
  readonly #keyWatch: KeyWatch;
  readonly #health: HealthWatch;
  readonly #reconciler: Reconciler;
  readonly #jobs: RecurringJob[];
  #stopped = false;

  constructor(ports: SupervisorPorts, options: SupervisorOptions = {}) {
    this.#ports = ports;
    this.#options = {
      intervalMilliseconds: 30_000,
      concurrentStarts: 4,
      shutdownGraceMilliseconds: 2000,
      random: Math.random,
      ...options,
    };
    this.#logs = new LogCollector(ports);
    this.#policy = new RestartPolicy(this.#options.random);
    this.#recovery = new CrashRecovery(ports, this.#policy, this.#logs);
    this.#keyWatch = new KeyWatch(ports, this.#recovery);
    this.#health = new HealthWatch(ports, this.#recovery);
    this.#reconciler = new Reconciler(ports, this.#recovery, this.#keyWatch);
    const { intervalMilliseconds } = this.#options;
    this.#jobs = [
      new RecurringJob(intervalMilliseconds, () => this.reconcile()),
      new RecurringJob(intervalMilliseconds, () => this.#guarded('check the instances', () => this.#health.checkAll())),
      new RecurringJob(hour, () => this.#pruneLogs()),
    ];
    ports.runner.onRequest((instanceId) => this.#recovery.cancelPause(instanceId));
    ports.launcher.onExit((exit) => void this.#recovery.onExit(exit));
    ports.launcher.onLog((instanceId, line) => {
      this.#logs.add(instanceId, line);
      void this.#keyWatch.onLog(instanceId, line);
    });
  }

  /**
   * Brings every instance to where its owner wants it and begins to watch. Resolves when each was tried once; the platform need
   * not wait for it to serve. Never rejects.
   */
  async start(): Promise<void> {
    for (const job of this.#jobs) job.start();
    await this.#guarded('bring back the instances', async () => {
      await forEachConcurrently(everyInstance(this.#ports.instances), this.#options.concurrentStarts, async (instance) => {
        if (this.#stopped) return;
        const operation = operationToReach[instance.desiredState];
        if (operation === 'start') await this.#recovery.start(instance.id);
        else await this.#ports.runner.run(instance.id, operation, { recovery: true });
      });
    });
    void this.#pruneLogs();
  }

  /** Compares what should run with what does, and repairs it. Never rejects. */
  async reconcile(): Promise<void> {
    await this.#guarded('compare the instances with their processes', async () => {
      const existing = await this.#reconciler.reconcile();
      this.#policy.retain(existing);
      this.#keyWatch.retain(existing);
    });
  }

  /**
   * Ends all instances, at the same time, because the platform stops. What their owners want stays recorded, so the next start
   * brings them back. Resolves when nothing runs and the last log lines are stored.
   */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#recovery.stop();
    const jobs = Promise.all(this.#jobs.map((job) => job.stop()));
    const abandoned = await this.#ports.runner.close(closeMilliseconds);
    const running = (await this.#ports.launcher.list()).map((entry) => entry.instanceId);
    const { shutdownGraceMilliseconds } = this.#options;
    await Promise.all(
      [...new Set([...running, ...abandoned])].map((instanceId) =>
        this.#guarded('end an instance', () => this.#ports.launcher.stop(instanceId, shutdownGraceMilliseconds)),
      ),
    );
    await jobs;
    await this.#logs.flush();
  }

  #pruneLogs(): Promise<void> {
    return this.#guarded('delete old log lines', async () => {
      const oldest = this.#ports.clock.now().getTime() - logRetention;
      await this.#ports.logs.prune(new Date(oldest).toISOString());
    });
  }

  async #guarded(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (cause) {
      this.#ports.report({ message: `The supervisor could not ${what}.`, cause });
    }
  }
}
