/**
 * A task on behalf of one process of an instance. `planned`: a launch has begun and has asked nobody for a task yet. `starting`: one was
 * asked for, or taken from the pool, and serves nobody. `running`: it was assigned, or is being assigned this moment. `ending`: somebody
 * ends it, and it is never used again.
 */
export type InstanceTaskState = 'planned' | 'starting' | 'running' | 'ending';

/** Which process of which instance: 0 is the first one, replicas count from 1. */
export interface TaskPlace {
  instanceId: string;
  replica: number;
}

export interface InstanceTask extends TaskPlace {
  /** Identifier of the kind `warmProcess`, the task's own: with it the task was asked for, and by it the task proves who it is. */
  id: string;
  state: InstanceTaskState;
  /** Task ARN; `null` while it is not known what was started. */
  ref: string | null;
  /** Base URL on the private network, such as `http://10.64.96.12:3000`; `null` while it is not known. */
  address: string | null;
  version: string;
  /** Of how many processes it is one, where the instance has several. */
  processes?: number;
  /** ISO 8601 in UTC. */
  startedAt: string;
}

/**
 * What was started for which instance. Launches and stops of one instance may run in several programs at once, and the lists of ECS show
 * a task only some time after it was started; so each task is noted before it is asked for, and every change is made only where nobody
 * was faster. Reads show all that was written before (a consistent read), where nothing else is said.
 */
export interface InstanceTaskLedger {
  /** Notes a task in its place. Answers whether the place was free; what is there otherwise stays. */
  claim(task: InstanceTask): Promise<boolean>;
  /** Changes the task of this id if it is in its place and in one of the states, atomically. Answers whether it was. */
  change(
    task: TaskPlace & Pick<InstanceTask, 'id'>,
    from: readonly InstanceTaskState[],
    change: Partial<Pick<InstanceTask, 'state' | 'ref' | 'address'>>,
  ): Promise<boolean>;
  /** Puts another task of the same place into it if this one is there and in one of the states, atomically. Answers whether it was. */
  exchange(task: TaskPlace & Pick<InstanceTask, 'id'>, from: readonly InstanceTaskState[], next: InstanceTask): Promise<boolean>;
  /** Frees the place if this very task is in it, and in one of the states where some are named. Answers whether it was. */
  release(task: TaskPlace & Pick<InstanceTask, 'id'>, from?: readonly InstanceTaskState[]): Promise<boolean>;
  read(place: TaskPlace): Promise<InstanceTask | undefined>;
  /** All of one instance, the first process first. */
  list(instanceId: string): Promise<InstanceTask[]>;
  /** By its id, whoever's it is. May miss what was written within the last second. */
  find(id: string): Promise<InstanceTask | undefined>;
  /** Task ARNs of one instance: those in its places, and those that were released from one within the last hour at least. */
  refsOf(instanceId: string): Promise<string[]>;
}
