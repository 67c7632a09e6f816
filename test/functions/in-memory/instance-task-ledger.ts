import type { InstanceTask, InstanceTaskLedger, InstanceTaskState, TaskPlace } from '../../../functions/ports.ts';

/** What was started for which instance, as long as this program runs. */
export class MemoryInstanceTaskLedger implements InstanceTaskLedger {
  readonly #tasks = new Map<string, InstanceTask>();
  /** Task ARNs that were released, by instance. */
  readonly #released = new Map<string, string[]>();

  async claim(task: InstanceTask): Promise<boolean> {
    if (this.#tasks.has(nameOf(task))) return false;
    this.#tasks.set(nameOf(task), { ...task });
    return true;
  }

  async change(...[task, from, change]: Parameters<InstanceTaskLedger['change']>): Promise<boolean> {
    const present = this.#find(task, from);
    if (present === undefined) return false;
    this.#tasks.set(nameOf(task), { ...present, ...change });
    return true;
  }

  async exchange(...[task, from, next]: Parameters<InstanceTaskLedger['exchange']>): Promise<boolean> {
    if (this.#find(task, from) === undefined) return false;
    this.#tasks.set(nameOf(task), { ...next });
    return true;
  }

  async release(...[task, from]: Parameters<InstanceTaskLedger['release']>): Promise<boolean> {
    const present = this.#find(task, from);
    if (present === undefined) return false;
    const { instanceId, ref } = present;
    if (ref !== null) this.#released.set(instanceId, [...(this.#released.get(instanceId) ?? []), ref]);
    return this.#tasks.delete(nameOf(task));
  }

  async read(place: TaskPlace): Promise<InstanceTask | undefined> {
    const task = this.#tasks.get(nameOf(place));
    return task && { ...task };
  }

  async list(instanceId: string): Promise<InstanceTask[]> {
    return [...this.#tasks.values()]
      .filter((task) => task.instanceId === instanceId)
      .sort((one, other) => one.replica - other.replica)
      .map((task) => ({ ...task }));
  }

  async find(id: string): Promise<InstanceTask | undefined> {
    const task = [...this.#tasks.values()].find((present) => present.id === id);
    return task && { ...task };
  }

  async refsOf(instanceId: string): Promise<string[]> {
    const present = (await this.list(instanceId)).flatMap(({ ref }) => ref ?? []);
    return [...present, ...(this.#released.get(instanceId) ?? [])];
  }

  #find(task: TaskPlace & { id: string }, from?: readonly InstanceTaskState[]): InstanceTask | undefined {
    const present = this.#tasks.get(nameOf(task));
    return present?.id === task.id && (from?.includes(present.state) ?? true) ? present : undefined;
  }
}

function nameOf({ instanceId, replica }: TaskPlace): string {
  return `${instanceId}/${replica}`;
}
