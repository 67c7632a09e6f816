import type { InstanceExit, PlatformHealth } from '../ports.ts';
import { CrashRecovery } from './crash-recovery.ts';
import { everyInstance, forEachConcurrently } from './every-instance.ts';
import { HealthWatch } from './health-watch.ts';
import { IdleWatch, type IdleWatchOptions } from './idle-watch.ts';
import { KeyWatch } from './key-watch.ts';
import { operationToReach } from './lifecycle-states.ts';
import { LogCollector } from './log-collector.ts';
import { PlatformAudit } from './platform-audit.ts';
import { Reconciler } from './reconciler.ts';
import { RecurringJob } from './recurring-job.ts';
import { ReplicaHealth } from './replica-health.ts';
import { ReplicaKeeper } from './replica-keeper.ts';
import { RestartPolicy } from './restart-policy.ts';
import { type ScalingOptions, ScalingWatch } from './scaling-watch.ts';
import type { SupervisorPorts } from './supervisor-ports.ts';

export interface SupervisorOptions {
  /** Milliseconds between two comparisons of what should run with what does. */
  intervalMilliseconds?: number;
  /** Milliseconds between two health checks of every instance. */
  healthIntervalMilliseconds?: number;
  /** Milliseconds between two looks at how much the instances have to do. */
  scalingIntervalMilliseconds?: number;
  scaling?: ScalingOptions;
  idle?: IdleWatchOptions;
  /** Instances brought back at the same time at start. */
  concurrentStarts?: number;
  /**
   * Whether instances run on when this process ends, as tasks of a cluster do. It then neither brings them back at its start nor ends
   * them at its end; what is not as it should be, the comparison finds.
   */
  instancesOutlivePlatform?: boolean;
  /** How long instances may take to finish their calls when the platform stops. */
  shutdownGraceMilliseconds?: number;
  /** Milliseconds between two looks of the audit at what seems wrong: longer than any list may be old. */
  auditPauseMilliseconds?: number;
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
  readonly #replicas: ReplicaKeeper;
  readonly #replicaHealth: ReplicaHealth;
  readonly #scaling: ScalingWatch;
  readonly #reconciler: Reconciler;
  readonly #jobs: RecurringJob[];
  #isBringingBack = false;
  #stopped = false;

  constructor(ports: SupervisorPorts, options: SupervisorOptions = {}) {
    this.#ports = ports;
    this.#options = {
      intervalMilliseconds: 30_000,
      healthIntervalMilliseconds: 10_000,
      scalingIntervalMilliseconds: 60_000,
      scaling: {},
      idle: {},
      concurrentStarts: 4,
      instancesOutlivePlatform: false,
      shutdownGraceMilliseconds: 2000,
      auditPauseMilliseconds: 250,
      random: Math.random,
      ...options,
    };
    this.#logs = new LogCollector(ports);
    this.#policy = new RestartPolicy(this.#options.random);
    this.#recovery = new CrashRecovery(ports, this.#policy, this.#logs);
    this.#keyWatch = new KeyWatch(ports, this.#recovery);
    this.#health = new HealthWatch(ports, this.#recovery);
    this.#replicas = new ReplicaKeeper(ports, this.#recovery, this.#options.random);
    this.#replicaHealth = new ReplicaHealth(ports, this.#replicas);
    this.#scaling = new ScalingWatch(ports, this.#replicas, this.#options.scaling);
    this.#reconciler = new Reconciler(ports, { recovery: this.#recovery, keyWatch: this.#keyWatch, replicas: this.#replicas });
    const { intervalMilliseconds, healthIntervalMilliseconds, scalingIntervalMilliseconds } = this.#options;
    this.#jobs = [
      new RecurringJob(intervalMilliseconds, () => this.reconcile()),
      new RecurringJob(healthIntervalMilliseconds, () => this.#guarded('check the instances', () => this.#health.checkAll())),
      new RecurringJob(healthIntervalMilliseconds, () =>
        this.#guarded('check the replicas', () => this.#replicaHealth.checkAll()),
      ),
      new RecurringJob(scalingIntervalMilliseconds, () =>
        this.#guarded('see how much the instances have to do', () => this.#scaling.checkAll()),
      ),
      new RecurringJob(hour, () => this.#pruneLogs()),
    ];
    const { activity } = ports;
    if (activity !== undefined) {
      const idle = new IdleWatch({ ...ports, activity }, this.#options.idle);
      this.#jobs.push(
        new RecurringJob(
          () => idle.pauseMilliseconds,
          () => this.#guarded('look for idle instances', () => idle.checkAll()),
        ),
      );
    }
    ports.runner.onRequest((instanceId) => {
      this.#recovery.cancelPause(instanceId);
      void this.#replicas.giveUpLaunch(instanceId);
    });
    ports.runner.onEnd((instanceId) => void this.#replicas.keep(instanceId));
    ports.launcher.onExit((exit) => void this.#onExit(exit));
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
    if (!this.#options.instancesOutlivePlatform) await this.#bringBack();
    if (!this.#stopped) await this.reconcile();
    void this.#pruneLogs();
  }

  async #bringBack(): Promise<void> {
    this.#isBringingBack = true;
    await this.#guarded('bring back the instances', async () => {
      await forEachConcurrently(everyInstance(this.#ports.instances), this.#options.concurrentStarts, async (instance) => {
        if (this.#stopped) return;
        const operation = operationToReach[instance.desiredState];
        // What slept sleeps on until it is called; should a part of it be left, the comparison that follows ends it.
        if (operation === 'start' && instance.status === 'sleeping') return;
        if (operation === 'start') await this.#recovery.start(instance.id, 'The platform was started.');
        else await this.#ports.runner.run(instance.id, operation, { recovery: true });
      });
    });
    this.#isBringingBack = false;
  }

  /** Wakes an instance that sleeps; any number of calls at once wake it once. Resolves when it serves or could not be woken. */
  wake(instanceId: string): Promise<void> {
    return this.#recovery.wake(instanceId);
  }

  /**
   * Launches an instance anew that runs, such as with another version. Resolves when it serves or could not be brought up.
   * @param reason For its owner.
   */
  relaunch(instanceId: string, reason: string): Promise<void> {
    return this.#recovery.relaunch(instanceId, reason);
  }

  /** Takes the hint that a process of the instance did not do what it should: it is examined at once. Never rejects. */
  async suspect(instanceId: string, address: string): Promise<void> {
    await Promise.all([this.#health.suspect(instanceId, address), this.#replicaHealth.suspect(instanceId, address)]);
  }

  /** Takes the hint that Smartlead refused the key of an instance: it is asked itself. Never rejects. */
  suspectKey(instanceId: string): Promise<void> {
    return this.#keyWatch.suspect(instanceId);
  }

  /** Compares everything that exists with everything that should, for operators. */
  get audit(): PlatformHealth {
    return new PlatformAudit(this.#ports, {
      isLookedAfter: (instanceId) => this.#isLookedAfter(instanceId),
      pauseMilliseconds: this.#options.auditPauseMilliseconds,
    });
  }

  /** Compares what should run with what does, and repairs it. Never rejects. */
  async reconcile(): Promise<void> {
    await this.#guarded('compare the instances with their processes', async () => {
      const existing = await this.#reconciler.reconcile();
      this.#policy.retain(existing);
      this.#keyWatch.retain(existing);
      this.#health.retain(existing);
      this.#replicas.retain(existing);
    });
  }

  /**
   * Stops watching, because the platform stops, and ends all instances at the same time, unless they outlive it. What their owners want
   * stays recorded, so the next start brings them back. Resolves when nothing runs and the last log lines are stored.
   */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#recovery.stop();
    this.#health.stop();
    await this.#replicas.stop();
    const jobs = Promise.all(this.#jobs.map((job) => job.stop()));
    const abandoned = await this.#ports.runner.close(closeMilliseconds);
    if (!this.#options.instancesOutlivePlatform) await this.#endInstances(abandoned);
    await jobs;
    await this.#logs.flush();
  }

  async #endInstances(abandoned: readonly string[]): Promise<void> {
    const running = (await this.#ports.launcher.list()).map((entry) => entry.instanceId);
    const { shutdownGraceMilliseconds } = this.#options;
    await Promise.all(
      [...new Set([...running, ...abandoned])].map((instanceId) =>
        this.#guarded('end an instance', () => this.#ports.launcher.stop(instanceId, shutdownGraceMilliseconds)),
      ),
    );
  }

  /** Before the instance is brought back, so that it comes back with what it lacked. */
  async #onExit(exit: InstanceExit): Promise<void> {
    await this.#scaling.onExit(exit);
    await Promise.all([this.#recovery.onExit(exit), this.#replicas.onExit(exit)]);
  }

  #isLookedAfter(instanceId: string): boolean {
    if (this.#isBringingBack || this.#ports.runner.isBusy(instanceId)) return true;
    return this.#recovery.isScheduled(instanceId) || this.#replicas.isWaiting(instanceId);
  }

  #pruneLogs(): Promise<void> {
    return this.#guarded('delete old log lines', async () => {
      const oldest = this.#ports.clock.now().getTime() - logRetention;
      await this.#ports.logs.prune(new Date(oldest).toISOString());
      await this.#logs.trimAll();
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
