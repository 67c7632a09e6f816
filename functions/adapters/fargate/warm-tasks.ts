import type { Task } from '@aws-sdk/client-ecs';
import { publicKeyBytes } from '../../../core/warm-assignment.ts';
import type { RunningWarmProcess, WarmProcess, WarmProcessStarter } from '../../ports.ts';
import { identifyWarmProcess } from '../warm-pool/assign-warm-process.ts';
import { type ReadWarmPoolKeys, withWarmPoolKeys } from '../warm-pool/warm-pool-keys.ts';
import { StartRefused } from './failure-words.ts';
import type { FargateInstanceVersions } from './instance-versions.ts';
import type { FargateSettings, FargateTimes } from './settings.ts';
import { warmTaskDefinition } from './task-definition.ts';
import type { TaskDefinitions } from './task-definitions.ts';
import type { TaskEnds } from './task-ends.ts';
import { addressOf, isRunning, originOf, readTag, serviceTags, warmTags } from './task-identity.ts';
import type { TaskOwners } from './task-owners.ts';
import type { Tasks } from './tasks.ts';

export interface WarmTasksParts {
  settings: FargateSettings;
  times: FargateTimes;
  tasks: Tasks;
  definitions: TaskDefinitions;
  ends: TaskEnds;
  owners: TaskOwners;
  versions: Pick<FargateInstanceVersions, 'imageOf'>;
  keys: ReadWarmPoolKeys;
}

/** How long what was started here is looked for by its ARN, while the list of ECS does not show it: many times what that takes. */
const longestUnlistedMilliseconds = 10 * 60_000;

/** Tasks that run the instance image without a customer. Always Fargate's own capacity: a task serves whoever comes. */
export class WarmTasks implements WarmProcessStarter {
  readonly #parts: WarmTasksParts;
  /** What this program started and has not seen in a list yet, by id. */
  readonly #unlisted = new Map<string, { ref: string; startedAt: number }>();
  /** Tasks that have answered, by ARN. */
  readonly #ready = new Set<string>();

  constructor(parts: WarmTasksParts) {
    this.#parts = parts;
  }

  async start({ id, version, size }: Pick<WarmProcess, 'id' | 'version' | 'size'>): Promise<{ ref: string }> {
    const { settings, versions, definitions, tasks, keys } = this.#parts;
    const image = await versions.imageOf(version);
    const controlPlaneKey = publicKeyBytes((await keys()).signingKey);
    const definitionArn = await definitions.ensure(warmTaskDefinition(settings, controlPlaneKey, { size, version, image }));
    const tags = [...serviceTags(settings.stage), ...warmTags({ version, size })];
    try {
      const ref = await tasks.run({ origin: { id }, definitionArn, capacity: 'FARGATE', tags });
      this.#unlisted.set(id, { ref, startedAt: Date.now() });
      return { ref };
    } catch (error) {
      // The next start asks ECS again what is registered.
      definitions.forget(definitionFamily(definitionArn));
      throw error instanceof StartRefused ? error.toLaunchFailed() : error;
    }
  }

  async list(): Promise<RunningWarmProcess[]> {
    const { owners } = this.#parts;
    const untagged = (await this.#present()).filter(mayWait);
    const taken = await Promise.all(untagged.map((task) => owners.ownerOf(task)));
    const waiting = untagged.filter((_, index) => taken[index] === undefined);
    const present = new Set(waiting.map(({ taskArn }) => taskArn));
    for (const ref of this.#ready) if (!present.has(ref)) this.#ready.delete(ref);
    return Promise.all(
      waiting.map(async (task) => ({
        id: originOf(task.startedBy)?.id ?? '',
        ref: task.taskArn ?? '',
        address: (await this.#isReady(task)) ? addressOf(task) : undefined,
        startedAt: (task.createdAt ?? new Date()).toISOString(),
      })),
    );
  }

  async end(id: string): Promise<void> {
    const { tasks, ends, owners } = this.#parts;
    const started = this.#unlisted.get(id);
    const seen = tasks.lastSeen.find((task) => originOf(task.startedBy)?.id === id)?.taskArn;
    const ref = started?.ref ?? seen ?? (await tasks.list({ origin: { id } }))[0];
    // What was started a moment ago and is not listed yet is found by the next list, and is then one that nobody knows.
    if (ref === undefined) return;
    const task = await tasks.find(ref);
    // It is an instance's. Each of the two may be shown late; and whoever has written it down ends it, too.
    if (task !== undefined && (readTag(task, 'instance') !== undefined || (await owners.isTaken(id)))) return;
    await ends.stop(ref, 0, started?.startedAt);
    this.#unlisted.delete(id);
  }

  /** What ECS lists, and what was started here and is not listed yet. */
  async #present(): Promise<Task[]> {
    const { tasks, times } = this.#parts;
    const listed = await tasks.all(times.listAge);
    const listedRefs = new Set(listed.map(({ taskArn }) => taskArn));
    for (const [id, { ref, startedAt }] of this.#unlisted) {
      if (listedRefs.has(ref) || Date.now() - startedAt > longestUnlistedMilliseconds) this.#unlisted.delete(id);
    }
    const unlisted = [...this.#unlisted.values()].map(({ ref }) => ref);
    return unlisted.length === 0 ? listed : [...listed, ...(await tasks.describe(unlisted))];
  }

  /** Whether it answers, is who it says and still waits. */
  async #isReady(task: Task): Promise<boolean> {
    const { taskArn: ref = '' } = task;
    const address = addressOf(task);
    const id = originOf(task.startedBy)?.id;
    if (!isRunning(task) || address === undefined || id === undefined) return false;
    if (this.#ready.has(ref)) return true;
    const options = { deadlineMilliseconds: this.#parts.times.assignment };
    const asked = withWarmPoolKeys(this.#parts.keys, (keys) => identifyWarmProcess({ id, address }, keys, options));
    const answers = await asked.then(
      () => true,
      () => false,
    );
    if (answers) this.#ready.add(ref);
    return answers;
  }
}

/** Whether the task runs, or will, and waits for a customer as far as its tags say. */
function mayWait(task: Task): boolean {
  const origin = originOf(task.startedBy);
  return (
    origin !== undefined &&
    origin.place === undefined &&
    readTag(task, 'instance') === undefined &&
    task.desiredStatus === 'RUNNING'
  );
}

/** `arn:aws:ecs:region:account:task-definition/family:revision` */
function definitionFamily(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1, arn.lastIndexOf(':'));
}
