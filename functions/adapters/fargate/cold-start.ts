import { setTimeout as pause } from 'node:timers/promises';
import { publicKeyBytes } from '../../../core/warm-assignment.ts';
import {
  type Clock,
  type InstanceTask,
  type InstanceTaskLedger,
  type KeySecretLocator,
  LaunchFailed,
  type LaunchRequest,
  type Runtime,
} from '../../ports.ts';
import { assignWarmProcess, identifyWarmProcess } from '../warm-pool/assign-warm-process.ts';
import { WarmAssignmentFailed } from '../warm-pool/warm-assignment-failed.ts';
import { type ReadWarmPoolKeys, withWarmPoolKeys } from '../warm-pool/warm-pool-keys.ts';
import { isUnusableDefinition, StartRefused } from './failure-words.ts';
import type { FargateInstanceVersions } from './instance-versions.ts';
import type { CapacityProvider, FargateSettings, FargateTimes } from './settings.ts';
import { coldTaskDefinition } from './task-definition.ts';
import type { TaskDefinitions } from './task-definitions.ts';
import type { TaskEnds } from './task-ends.ts';
import { instanceTags, serviceTags } from './task-identity.ts';
import { stoppedMeanwhile, TaskWatch } from './task-watch.ts';
import type { Tasks } from './tasks.ts';

export type VersionedLaunch = LaunchRequest & { version: string };

export interface ColdStartParts {
  clock: Clock;
  settings: FargateSettings;
  times: FargateTimes;
  tasks: Tasks;
  definitions: TaskDefinitions;
  ends: TaskEnds;
  ledger: InstanceTaskLedger;
  versions: Pick<FargateInstanceVersions, 'imageOf'>;
  keySecrets: KeySecretLocator;
  keys: ReadWarmPoolKeys;
  capacityOf?(request: LaunchRequest): CapacityProvider | Promise<CapacityProvider>;
  report(failure: { message: string; instanceId?: string; cause: unknown }): void;
}

/** Starts a task for one instance, and assigns it as soon as it answers. */
export class ColdStart {
  readonly #parts: ColdStartParts;

  constructor(parts: ColdStartParts) {
    this.#parts = parts;
  }

  /**
   * @param plan What is in the instance's place.
   * @param deadline As `performance.now()` counts.
   * @throws LaunchFailed, or an error that may pass when it is tried again. Nothing is left running.
   */
  async start(request: VersionedLaunch, plan: InstanceTask, deadline: number): Promise<Runtime> {
    const { ledger, clock, report } = this.#parts;
    const { instanceId } = plan;
    let task = plan;
    try {
      const definitionArn = await this.#define(request);
      task = { ...plan, state: 'starting', startedAt: clock.now().toISOString() };
      if (!(await ledger.exchange(plan, ['planned'], task))) throw stoppedMeanwhile();
      const ref = await this.#run(request, task, definitionArn);
      return await this.#untilServing(request, { ...task, ref }, deadline);
    } catch (error) {
      await this.#giveUp(task, error).catch((cause: unknown) => {
        // Written down as to be ended; whoever launches or stops the instance next does it, or the task itself after some minutes.
        report({ message: 'A task whose launch failed could not be ended yet.', instanceId, cause });
      });
      if (error instanceof StartRefused) throw error.toLaunchFailed();
      if (error instanceof WarmAssignmentFailed)
        throw new LaunchFailed('The instance started and could not be set up.', { cause: error });
      throw error;
    }
  }

  async #giveUp(task: InstanceTask, error: unknown): Promise<void> {
    const { ledger, ends } = this.#parts;
    if (error instanceof StartRefused) await ledger.release(task);
    else await ends.end(task, 0);
  }

  async #define({ configuration, size, version, keyReference }: VersionedLaunch): Promise<string> {
    const { settings, versions, keySecrets, definitions } = this.#parts;
    if (keyReference === undefined) throw new Error('A launch on Fargate has to say where the Smartlead key lies.');
    const image = await versions.imageOf(version);
    const key = await keySecrets.locate(keyReference);
    const { instanceId } = configuration;
    return definitions.ensure(
      coldTaskDefinition(settings, await this.#controlPlaneKey(), { instanceId, size, version, image, key }),
    );
  }

  async #controlPlaneKey(): Promise<Buffer> {
    return publicKeyBytes((await this.#parts.keys()).signingKey);
  }

  async #run(request: VersionedLaunch, task: InstanceTask, definitionArn: string): Promise<string> {
    const { tasks, ledger, definitions, settings, ends } = this.#parts;
    const { instanceId, replica, version } = task;
    const { processes } = request.configuration;
    const place = { instanceId, replica, version, ...(processes === undefined ? {} : { processes }) };
    const toRun = {
      origin: { id: task.id, place: { instanceId, replica } },
      tags: [...serviceTags(settings.stage), ...instanceTags(place)],
    };
    const run = async (arn: string): Promise<string> => {
      const capacity = (await this.#parts.capacityOf?.(request)) ?? 'FARGATE';
      try {
        return await tasks.run({ ...toRun, definitionArn: arn, capacity });
      } catch (error) {
        const isSpotGone = capacity === 'FARGATE_SPOT' && error instanceof StartRefused && error.isForLackOfCapacity;
        if (!isSpotGone) throw error;
        return tasks.run({ ...toRun, definitionArn: arn, capacity: 'FARGATE' });
      }
    };
    let ref: string;
    try {
      ref = await run(definitionArn);
    } catch (error) {
      // Another launch of the instance has registered other content since, and taken this revision away.
      if (!(error instanceof StartRefused) || !isUnusableDefinition(error.cause)) throw error;
      definitions.forget(`${settings.familyPrefix}-${instanceId}`);
      ref = await run(await this.#define(request));
    }
    if (await ledger.change(task, ['starting'], { ref })) return ref;
    // Somebody ends the launch and could not know of this task.
    await ends.stop(ref, 0, Date.parse(task.startedAt));
    throw stoppedMeanwhile();
  }

  async #untilServing(request: VersionedLaunch, task: InstanceTask & { ref: string }, deadline: number): Promise<Runtime> {
    const { configuration, version } = request;
    const { id, ref } = task;
    const watch = new TaskWatch(this.#parts, task, deadline);
    const address = await watch.untilRunning();
    await this.#untilAnswers(watch, { id, address });
    // From here on the task may serve: whoever ends it finds its name, and whoever wants its end has said so before.
    if (!(await this.#parts.ledger.change(task, ['starting'], { state: 'running', address }))) throw stoppedMeanwhile();
    const { smartleadApiKey: _, ...withoutKey } = configuration;
    const options = { deadlineMilliseconds: this.#parts.times.assignment };
    const assignment = { configuration: withoutKey, labelLogs: true };
    await withWarmPoolKeys(this.#parts.keys, (keys) => assignWarmProcess({ id, address }, assignment, keys, options));
    const { processes } = configuration;
    return { launcher: 'fargate', ref, address, version, ...(processes === undefined ? {} : { processes }) };
  }

  /** The container runs before its program listens. Asking who it is changes nothing, so that can be done again and again. */
  async #untilAnswers(watch: TaskWatch, process: { id: string; address: string }): Promise<void> {
    const options = { deadlineMilliseconds: this.#parts.times.assignment };
    for (let length = 50; ; length = Math.min(length * 2, 1000)) {
      try {
        await withWarmPoolKeys(this.#parts.keys, (keys) => identifyWarmProcess(process, keys, options));
        return;
      } catch (error) {
        if (!(error instanceof WarmAssignmentFailed) || error.failure !== 'unreachable') throw error;
      }
      await pause(length);
      await watch.step();
    }
  }
}
