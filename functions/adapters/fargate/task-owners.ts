import { setTimeout as pause } from 'node:timers/promises';
import type { Task } from '@aws-sdk/client-ecs';
import type { InstanceTask, InstanceTaskLedger } from '../../ports.ts';
import type { FargateTimes } from './settings.ts';
import { instanceTags, isRunning, originOf, readTag } from './task-identity.ts';
import type { Tasks } from './tasks.ts';

export interface TaskOwnersParts {
  tasks: Tasks;
  ledger: Pick<InstanceTaskLedger, 'find'>;
  times: Pick<FargateTimes, 'indexed' | 'untagged'>;
}

/**
 * Whose a task of the pool is. What is written down says so; its tags say it again, to people, audits and bills, and spare a read. ECS
 * takes ten requests for tags a second, so a tag may be refused: it is added later then, and nothing depends on it.
 */
export class TaskOwners {
  readonly #parts: TaskOwnersParts;
  /** By the task as ECS described it: a list that is remembered is asked about once. */
  readonly #owners = new WeakMap<Task, Promise<InstanceTask | undefined>>();
  readonly #toTag = new Map<string, InstanceTask>();
  #tagging: Promise<void> | undefined;

  constructor(parts: TaskOwnersParts) {
    this.#parts = parts;
  }

  /**
   * What is written down about a task of the pool that bears no instance's tags; `undefined` where it waits for a customer, where its tags
   * say whose it is, and where it was started for one instance. May miss what was written within the last second.
   */
  ownerOf(task: Task): Promise<InstanceTask | undefined> {
    let owner = this.#owners.get(task);
    if (owner === undefined) {
      owner = this.#find(task);
      this.#owners.set(task, owner);
      // An answer that did not come is not remembered.
      owner.catch(() => this.#owners.delete(task));
    }
    return owner;
  }

  /** Whether the task is an instance's for sure: it waits until what was written before it was asked can be seen. */
  async isTaken(id: string): Promise<boolean> {
    const { ledger, times } = this.#parts;
    if ((await ledger.find(id)) !== undefined) return true;
    await pause(times.indexed);
    return (await ledger.find(id)) !== undefined;
  }

  async #find(task: Task): Promise<InstanceTask | undefined> {
    const origin = originOf(task.startedBy);
    if (origin === undefined || origin.place !== undefined || readTag(task, 'instance') !== undefined) return undefined;
    const owner = await this.#parts.ledger.find(origin.id);
    if (owner !== undefined && isRunning(task)) this.#tagLater(owner);
    return owner;
  }

  /** What was assigned a moment ago is about to show its tags. */
  #tagLater(owner: InstanceTask): void {
    if (owner.ref === null || Date.now() - Date.parse(owner.startedAt) < this.#parts.times.untagged) return;
    this.#toTag.set(owner.ref, owner);
    this.#tagging ??= this.#tagAll().finally(() => {
      this.#tagging = undefined;
    });
  }

  /** One after the other, up to the first that is refused: the others are found again by the next list. Never rejects. */
  async #tagAll(): Promise<void> {
    try {
      for (const [ref, owner] of this.#toTag) {
        await this.#parts.tasks.tag(ref, instanceTags(owner));
        this.#toTag.delete(ref);
      }
    } catch {
      this.#toTag.clear();
    }
  }
}
