import {
  loadLifecycleMachine,
  type MachineOverrides,
  machineOverrides,
} from '../../../functions/instance-manager/lifecycle-machine.ts';
import type { LifecycleTasks } from '../../../functions/instance-manager/tasks/index.ts';
import type { ExecutionInput, ExecutionState, LifecycleExecutions } from '../../../functions/ports.ts';

type EndState = Exclude<ExecutionState, { status: 'running' }>;
type EndListener = (instanceId: string, name: string, state: EndState) => void;

/** What may go wrong between the executions and those who started them, each as a number from 0 to 1 that is asked for every time. */
export interface Disturbances {
  /** Whether a start is refused because there were too many. */
  throttles?(): boolean;
  /** When the end of an execution is told, in milliseconds; several times where there are several, never where there are none. */
  noticeDelays?(): number[];
}

/**
 * Step Functions as the platform sees it: executions by name, which run on whatever becomes of those who started them, and notices of
 * their ends that can be late, doubled, lost and in another order. The definition is interpreted as it is deployed.
 */
export class RemoteExecutions implements LifecycleExecutions {
  readonly executions = new Map<string, { input: ExecutionInput; state: ExecutionState }>();
  disturbances: Disturbances = {};
  #listener: EndListener = () => {};
  #overlapListener: (instanceId: string) => void = () => {};
  readonly #overrides: MachineOverrides;
  readonly #machine = loadLifecycleMachine();

  constructor(tasks: LifecycleTasks, retryPauseMilliseconds?: number) {
    this.#overrides = machineOverrides(tasks, retryPauseMilliseconds);
  }

  /** Whoever listens last is told: the process that is active. */
  onEnd(listener: EndListener): void {
    this.#listener = listener;
  }

  /** Told where two executions run at once on an instance. */
  onOverlap(listener: (instanceId: string) => void): void {
    this.#overlapListener = listener;
  }

  async prepare(): Promise<void> {
    await this.#machine;
  }

  async start(input: ExecutionInput): Promise<void> {
    if (this.disturbances.throttles?.()) throw Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });
    if (this.executions.has(input.operationId)) return;
    for (const { input: other, state } of this.executions.values()) {
      if (other.instanceId === input.instanceId && state.status === 'running') this.#overlapListener(input.instanceId);
    }
    this.executions.set(input.operationId, { input, state: { status: 'running' } });
    void this.#run(input);
  }

  async describe(operationId: string): Promise<ExecutionState | undefined> {
    return this.executions.get(operationId)?.state;
  }

  async #run(input: ExecutionInput): Promise<void> {
    const machine = await this.#machine;
    const state = await machine.run({ ...input }, { overrides: this.#overrides }).result.then(
      (): EndState => ({ status: 'succeeded' }),
      (error: Error): EndState => ({ status: 'failed', error: error.cause instanceof Error ? error.cause.name : error.name }),
    );
    this.executions.set(input.operationId, { input, state });
    for (const delay of this.disturbances.noticeDelays?.() ?? [0]) {
      const tell = () => this.#listener(input.instanceId, input.operationId, state);
      if (delay === 0) tell();
      else setTimeout(tell, delay);
    }
  }
}
