import { ProblemError } from '../../core/problem.ts';
import {
  decideRolloutStep,
  lookAgainMilliseconds,
  patienceMilliseconds,
  type RolloutObservation,
  type RolloutStep,
  totalOf,
  versionDuring,
} from '../domain/rollout.ts';
import type {
  Clock,
  InstalledVersion,
  Instance,
  InstanceActivityReader,
  InstanceStore,
  InstanceVersions,
  Page,
  PageRequest,
  Rollout,
  RolloutControl,
  RolloutStore,
} from '../ports.ts';
import { beginRollout, defaultObserveSeconds } from './begin-rollout.ts';
import { everyInstance } from './every-instance.ts';
import type { ReportIncident } from './lifecycle-ports.ts';

export interface RolloutManagerPorts {
  clock: Clock;
  instances: InstanceStore;
  rollouts: RolloutStore;
  versions: InstanceVersions;
  activity?: InstanceActivityReader;
  /** Launches the instance anew, with the version that {@link RolloutManager.versionFor} answers. Resolves when that has ended. The reason is for its owner. */
  relaunch(instanceId: string, reason: string): Promise<void>;
  report: ReportIncident;
}

const upgradeReason = 'A new version was installed.';
const goingBackReason = 'The version before was installed again.';
/** Statuses of instances that a rollout has to do with; one that sleeps, is stopped or is refused takes its version later. */
const concernedStatuses: ReadonlySet<Instance['status']> = new Set(['provisioning', 'running', 'restarting', 'failed']);

export interface RolloutManagerOptions {
  /** How long the canary, and at the end all, are watched. */
  observeSeconds?: number;
  /** How long an upgraded instance may take to serve again: as long as its launcher needs at worst. */
  patienceMilliseconds?: number;
}

/**
 * Rolls versions of the instance image through all running instances. What it does next is decided by `domain/rollout.ts`; what it
 * has done is stored before it acts, so that a platform that dies on the way goes on where it was.
 */
export class RolloutManager implements RolloutControl {
  readonly #ports: RolloutManagerPorts;
  readonly #observeSeconds: number;
  readonly #patience: number;
  /** `undefined` where nothing is installed. */
  #current: string | undefined;
  #active: Rollout | undefined;
  /** When the upgraded instances were last known to begin anew: their upgrade, or the start of the platform, in milliseconds. */
  readonly #watchedSince = new Map<string, number>();
  readonly #failed = new Set<string>();
  #work: Promise<void> = Promise.resolve();
  #changes: Promise<void> = Promise.resolve();
  #beginning = false;
  #isFinishing = false;
  #stopped = false;
  #endPause: () => void = () => {};

  constructor(ports: RolloutManagerPorts, options: RolloutManagerOptions = {}) {
    this.#ports = ports;
    this.#observeSeconds = options.observeSeconds ?? defaultObserveSeconds;
    this.#patience = options.patienceMilliseconds ?? patienceMilliseconds;
  }

  /** Learns what is installed and what was under way. To be called before the first instance is launched. */
  async prepare(): Promise<void> {
    this.#current = await this.#ports.versions.current();
    const active = await this.#ports.rollouts.findActive();
    if (!active) return;
    this.#active = active;
    if (this.#current === active.version) await this.#close('done', null);
    else if (this.#current !== active.previousVersion) {
      await this.#close('failed', 'The platform was started with another version, which all instances run since.');
    }
  }

  /** Goes on with what was under way. To be called when the instances were brought back. */
  resume(): void {
    const now = this.#now();
    for (const { instanceId } of this.#active?.upgraded ?? []) this.#watchedSince.set(instanceId, now);
    this.#goOn();
    if (!this.#active) this.#work = this.#work.then(() => this.#removeUnused());
  }

  /** The version to launch the instance with; `undefined` where nothing is installed. */
  async versionFor(instanceId: string): Promise<string | undefined> {
    return this.#active ? versionDuring(this.#active, instanceId) : this.#current;
  }

  /** Takes the news that an instance's process ended, was not healthy or could not be brought back. */
  died(instanceId: string): void {
    if (!this.#active?.upgraded.some((upgrade) => upgrade.instanceId === instanceId)) return;
    this.#failed.add(instanceId);
    this.#endPause();
  }

  async begin(version?: string): Promise<Rollout> {
    if (this.#active || this.#beginning) {
      throw new ProblemError('conflict', { detail: 'A rollout is under way. Wait until it has ended, or cancel it.' });
    }
    this.#beginning = true;
    try {
      const rollout = await beginRollout(this.#ports, version, this.#observeSeconds);
      this.#current = rollout.previousVersion;
      this.#takeUp(rollout);
      return rollout;
    } finally {
      this.#beginning = false;
    }
  }

  /** Takes up a rollout that another process began, if there is one. Rejects where the store cannot be read. */
  lookForBegun(): Promise<void> {
    // In turn with the changes of this process: one that it is just ending is not to be taken up again.
    const looked = this.#changes.then(async () => {
      if (this.#active || this.#beginning || this.#stopped) return;
      const begun = await this.#ports.rollouts.findActive();
      if (!begun || this.#active || this.#beginning) return;
      this.#current = (await this.#ports.versions.current()) ?? begun.previousVersion;
      this.#takeUp(begun);
    });
    this.#changes = looked.catch(() => {});
    return looked;
  }

  async cancel(rolloutId: string): Promise<Rollout> {
    const rollout = await this.#ports.rollouts.find(rolloutId);
    if (!rollout) throw new ProblemError('not-found', { detail: 'There is no rollout with this id.' });
    if (this.#active?.id !== rolloutId || this.#isFinishing) {
      throw hasEnded();
    }
    await this.#change({ status: 'rolling_back', reason: 'An operator cancelled it.' }, goingForward);
    this.#endPause();
    const cancelled = this.#activeNow();
    if (cancelled === undefined) throw hasEnded();
    return cancelled;
  }

  list(page: PageRequest): Promise<Page<Rollout>> {
    return this.#ports.rollouts.list(page);
  }

  async versions(): Promise<{ current: string | null; items: InstalledVersion[] }> {
    return { current: this.#current ?? null, items: await this.#ports.versions.list() };
  }

  /** Does no further step; resolves when the one under way has ended. What is stored lets the next start go on. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#endPause();
    await this.#work;
  }

  #activeNow(): Rollout | undefined {
    return this.#active;
  }

  #takeUp(rollout: Rollout): void {
    this.#watchedSince.clear();
    this.#failed.clear();
    this.#active = rollout;
    this.#goOn();
  }

  #goOn(): void {
    this.#work = this.#work.then(() => this.#stepByStep());
  }

  async #stepByStep(): Promise<void> {
    while (this.#active && !this.#stopped) {
      try {
        const observation = await this.#observe(this.#active);
        await this.#noteTotal(observation);
        await this.#perform(decideRolloutStep(this.#active, observation));
      } catch (cause) {
        this.#ports.report({ message: 'A step of a rollout failed; it is tried again.', cause });
        await this.#pause(lookAgainMilliseconds);
      }
    }
  }

  /** Those that fell asleep or were stopped before they had the version need none from this rollout any more. */
  async #noteTotal(observation: RolloutObservation): Promise<void> {
    if (!this.#active || !goingForward(this.#active)) return;
    const total = totalOf(this.#active, observation);
    if (total !== this.#active.total) await this.#change({ total }, goingForward);
  }

  async #perform(step: RolloutStep): Promise<void> {
    const active = this.#active;
    if (!active) return;
    switch (step.do) {
      case 'wait':
        return this.#pause(step.milliseconds);
      case 'widen':
        return this.#change({ status: 'rolling' }, goingForward);
      case 'roll-back':
        return this.#change(
          { status: 'rolling_back', failedInstanceId: step.failedInstanceId, reason: step.reason },
          goingForward,
        );
      case 'upgrade':
        return this.#upgrade(active, step.instanceIds);
      case 'return':
        await Promise.all(step.relaunch.map((instanceId) => this.#ports.relaunch(instanceId, goingBackReason)));
        return this.#change({ upgraded: active.upgraded.filter(({ instanceId }) => !step.instanceIds.includes(instanceId)) });
      case 'finish':
        return this.#finish(active, step.status);
    }
  }

  async #upgrade(active: Rollout, instanceIds: string[]): Promise<void> {
    const at = this.#ports.clock.now().toISOString();
    // Stored first: whatever launches one of them from now on launches the new version.
    await this.#change({ upgraded: [...active.upgraded, ...instanceIds.map((instanceId) => ({ instanceId, at }))] });
    await Promise.all(
      instanceIds.map(async (instanceId) => {
        this.#watchedSince.set(instanceId, this.#now());
        await this.#ports.relaunch(instanceId, upgradeReason);
        this.#watchedSince.set(instanceId, this.#now());
      }),
    );
  }

  async #finish({ version, reason }: Rollout, status: 'done' | 'rolled_back'): Promise<void> {
    this.#isFinishing = true;
    try {
      // First: should the platform die in between, the next start sees that it was done.
      if (status === 'done') await this.#ports.versions.makeCurrent(version);
      await this.#close(status, reason);
    } finally {
      this.#isFinishing = false;
    }
    if (status === 'done') {
      this.#current = version;
      await this.#relaunchStragglers();
    }
    await this.#removeUnused();
  }

  async #close(status: 'done' | 'rolled_back' | 'failed', reason: string | null): Promise<void> {
    await this.#change({ status, reason, endedAt: this.#ports.clock.now().toISOString() });
    this.#active = undefined;
  }

  /** Those that were just being launched with the version before when the last step was decided. */
  async #relaunchStragglers(): Promise<void> {
    for await (const { id, status, desiredState, runtime } of everyInstance(this.#ports.instances)) {
      if (this.#stopped) return;
      const isStraggler = desiredState === 'running' && status === 'running' && runtime && runtime.version !== this.#current;
      if (isStraggler) await this.#ports.relaunch(id, upgradeReason);
    }
  }

  async #observe({ upgraded }: Rollout): Promise<RolloutObservation> {
    const upgradedIds = new Set(upgraded.map(({ instanceId }) => instanceId));
    const instances: RolloutObservation['instances'][number][] = [];
    for await (const { id, desiredState, status, runtime } of everyInstance(this.#ports.instances)) {
      if (desiredState !== 'running' || !concernedStatuses.has(status)) continue;
      const activity = await this.#ports.activity?.read(id);
      instances.push({
        id,
        isServing: status === 'running' && runtime !== null,
        version: runtime?.version,
        requestsInFlight: activity?.requestsInFlight ?? 0,
        hasFailed: upgradedIds.has(id) && (this.#failed.has(id) || status === 'failed'),
        ...(upgradedIds.has(id) ? { watchedSince: this.#watchSince(id) } : {}),
      });
    }
    return { now: this.#now(), instances, patience: this.#patience };
  }

  #watchSince(instanceId: string): number {
    const since = this.#watchedSince.get(instanceId) ?? this.#now();
    this.#watchedSince.set(instanceId, since);
    return since;
  }

  /** A version that stays too long costs a few megabytes, so a failure is only reported. */
  async #removeUnused(): Promise<void> {
    try {
      const running = new Set<string>();
      for await (const { runtime } of everyInstance(this.#ports.instances)) if (runtime?.version) running.add(runtime.version);
      await this.#ports.versions.removeUnused(running);
    } catch (cause) {
      this.#ports.report({ message: 'Versions that nothing runs could not be removed.', cause });
    }
  }

  /** Changes what is stored of the active rollout, one change after another; only where it is as `condition` says by then. */
  #change(change: Parameters<RolloutStore['update']>[1], condition: (active: Rollout) => boolean = () => true): Promise<void> {
    const changed = this.#changes.then(async () => {
      if (!this.#active || !condition(this.#active)) return;
      const { id } = this.#active;
      if (await this.#ports.rollouts.update(id, change)) this.#active = { ...this.#active, ...change };
      else {
        const cause = new Error('Another manager has taken over, or the answer to an earlier attempt was lost.');
        this.#ports.report({ message: `The rollout ${id} has ended already; nothing of it was changed.`, cause });
        this.#active = undefined;
      }
    });
    this.#changes = changed.catch(() => {});
    return changed;
  }

  #pause(milliseconds: number): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Of a clock that does not jump. */
  #now(): number {
    return performance.now();
  }
}

function hasEnded(): ProblemError {
  return new ProblemError('conflict', { detail: 'This rollout has ended. To go back, roll out the version before.' });
}

const goingForward = ({ status }: Rollout) => status === 'canary' || status === 'rolling';
