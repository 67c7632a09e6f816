import { randomUUID } from 'node:crypto';
import type { InstanceTask, InstanceTaskLedger, InstanceTaskState, TaskPlace } from '../../ports.ts';
import { createEndedTaskEntity } from './entities/ended-task.ts';
import { createInstanceTaskEntity, type InstanceTaskItem, toInstanceTask } from './entities/instance-task.ts';
import { expiresAfter } from './expiry.ts';
import { withoutNulls } from './null-attributes.ts';
import { requested } from './request.ts';
import type { PlatformTable } from './table.ts';
import { untilUndisturbed } from './undisturbed.ts';

/** Its last lines take minutes to arrive, and longer where the function that takes them was away. In seconds. */
const endedKeptSeconds = 3600;

/** One item a place; every change is a write under the condition that the item is as it was read. */
export class DynamoInstanceTaskLedger implements InstanceTaskLedger {
  readonly #tasks: ReturnType<typeof createInstanceTaskEntity>;
  readonly #ended: ReturnType<typeof createEndedTaskEntity>;

  constructor(table: PlatformTable) {
    this.#tasks = createInstanceTaskEntity(table);
    this.#ended = createEndedTaskEntity(table);
  }

  claim(task: InstanceTask): Promise<boolean> {
    return this.#put(task, undefined);
  }

  change(...[task, from, change]: Parameters<InstanceTaskLedger['change']>): Promise<boolean> {
    return this.#replace(task, from, (present) => ({ ...present, ...change }));
  }

  exchange(...[task, from, next]: Parameters<InstanceTaskLedger['exchange']>): Promise<boolean> {
    return this.#replace(task, from, () => next);
  }

  release(...[task, from]: Parameters<InstanceTaskLedger['release']>): Promise<boolean> {
    return untilUndisturbed(async () => {
      const present = await this.#find(task, from);
      if (present === undefined) return { value: false };
      // First: whoever ends between the two leaves a place that is released again.
      await this.#noteEnd(present);
      const { instanceId, replica } = task;
      const { rejected } = await requested(() =>
        this.#tasks
          .delete({ instanceId, replica })
          .where(({ writeId }, { eq }) => eq(writeId, present.writeId))
          .go({ response: 'none', returnOnConditionCheckFailure: true }),
      );
      return rejected ? undefined : { value: true };
    });
  }

  async read(place: TaskPlace): Promise<InstanceTask | undefined> {
    const item = await this.#read(place);
    return item && toInstanceTask(item);
  }

  async list(instanceId: string): Promise<InstanceTask[]> {
    const { data } = await requested(() => this.#tasks.query.primary({ instanceId }).go({ pages: 'all', consistent: true }));
    return data.map(toInstanceTask).sort((one, other) => one.replica - other.replica);
  }

  async find(id: string): Promise<InstanceTask | undefined> {
    const { data } = await requested(() => this.#tasks.query.byId({ id }).go());
    return data[0] && toInstanceTask(data[0]);
  }

  async refsOf(instanceId: string): Promise<string[]> {
    const [present, ended] = await Promise.all([
      this.list(instanceId),
      requested(() => this.#ended.query.primary({ instanceId }).go({ pages: 'all', consistent: true })),
    ]);
    return [...present, ...ended.data].flatMap(({ ref }) => ref ?? []);
  }

  /** What never got a task has printed nothing. */
  async #noteEnd({ instanceId, id, ref }: InstanceTaskItem): Promise<void> {
    if (ref === undefined) return;
    const ttl = expiresAfter(new Date().toISOString(), endedKeptSeconds);
    await requested(() => this.#ended.put({ instanceId, id, ref, ttl }).go({ response: 'none' }));
  }

  #replace(
    task: TaskPlace & { id: string },
    from: readonly InstanceTaskState[],
    next: (present: InstanceTask) => InstanceTask,
  ): Promise<boolean> {
    return untilUndisturbed(async () => {
      const present = await this.#find(task, from);
      if (present === undefined) return { value: false };
      return (await this.#put(next(toInstanceTask(present)), present)) ? { value: true } : undefined;
    });
  }

  /** Stores the task in place of what was read there, if that is still so. Answers whether it was. */
  async #put(task: InstanceTask, present: InstanceTaskItem | undefined): Promise<boolean> {
    const writeId = randomUUID();
    const { rejected, data } = await requested(() =>
      this.#tasks
        .put({ ...withoutNulls(task), writeId })
        .where((item, { eq, notExists }) => (present === undefined ? notExists(item.writeId) : eq(item.writeId, present.writeId)))
        .go({ response: 'none', returnOnConditionCheckFailure: 'all_old' }),
    );
    // The SDK may have sent it twice: then the second one finds what the first one left.
    return !rejected || data?.writeId === writeId;
  }

  async #find(task: TaskPlace & { id: string }, from?: readonly InstanceTaskState[]): Promise<InstanceTaskItem | undefined> {
    const present = await this.#read(task);
    return present?.id === task.id && (from?.includes(present.state) ?? true) ? present : undefined;
  }

  async #read({ instanceId, replica }: TaskPlace): Promise<InstanceTaskItem | undefined> {
    const { data } = await requested(() => this.#tasks.get({ instanceId, replica }).go({ consistent: true }));
    return data ?? undefined;
  }
}
