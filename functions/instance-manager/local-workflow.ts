import type { StateMachine } from 'aws-local-stepfunctions';
import { createIdentifier } from '../../core/identifiers.ts';
import { KeyedQueue } from '../keyed-queue.ts';
import type { LifecycleOperation, OperationRequest } from '../ports.ts';
import { expectedFailure, markBroken } from './broken-execution.ts';
import { loadLifecycleMachine, type MachineOverrides, machineOverrides, type TaskHandlers } from './lifecycle-machine.ts';
import type { LifecyclePorts } from './lifecycle-ports.ts';
import type { LifecycleRunner } from './lifecycle-runner.ts';
import type { LifecycleInput } from './lifecycle-state.ts';
import { mergeOperations } from './operation-request.ts';
import { giveUpOvertakenLaunch } from './overtaken-launch.ts';
import { presentOperation } from './present-operation.ts';
import { bindLifecycleTasks, type LifecycleTasks } from './tasks/index.ts';

export interface LocalWorkflowOptions {
  ports: LifecyclePorts;
  /** Replaces single tasks; for tests that inject failures. */
  tasks?: Partial<LifecycleTasks>;
  /** Milliseconds between the tries of a task that failed, in place of the pauses of the definition; for tests. */
  retryPauseMilliseconds?: number;
}

type Execution = ReturnType<StateMachine['run']>;
interface WaitingOperation {
  request: OperationRequest;
  ended: Promise<void>;
}
interface RunningOperation {
  operation: LifecycleOperation;
  execution: Execution;
}

/**
 * Runs the lifecycle in this process: interprets the same Amazon States Language definition that Step Functions runs on AWS.
 * Operations on one instance run one after the other; those that wait are merged into one.
 */
export class LocalWorkflow implements LifecycleRunner {
  readonly #ports: LifecyclePorts;
  readonly #overrides: MachineOverrides;
  readonly #queue = new KeyedQueue();
  readonly #waiting = new Map<string, WaitingOperation>();
  readonly #running = new Map<string, RunningOperation>();
  readonly #requestListeners: ((instanceId: string) => void)[] = [];
  readonly #endListeners: ((instanceId: string) => void)[] = [];
  #machine: Promise<StateMachine> | undefined;
  #closed = false;

  constructor(options: LocalWorkflowOptions) {
    this.#ports = options.ports;
    this.#overrides = machineOverrides(
      { ...bindLifecycleTasks(options.ports), ...options.tasks },
      options.retryPauseMilliseconds,
    );
  }

  /**
   * Loads the interpreter and runs it once over nothing. That takes about half a second of one core, so it is done in the background
   * after start instead of in the first customer's operation.
   */
  async prepare(): Promise<void> {
    const machine = await this.#loadMachine();
    const nothingToDo: TaskHandlers = { BeginOperation: () => ({ action: 'none' }) };
    await machine.run({}, { overrides: { taskResourceLocalHandlers: nothingToDo } }).result;
  }

  async request(instanceId: string, operation: LifecycleOperation, reason?: string): Promise<void> {
    // Not awaited: the caller learns of the outcome by the status of the instance. It never rejects.
    void this.run(instanceId, operation, reason === undefined ? {} : { reason });
  }

  run(
    instanceId: string,
    operation: LifecycleOperation,
    { recovery = false, reason }: { recovery?: boolean; reason?: string } = {},
  ): Promise<void> {
    if (this.#closed) return Promise.resolve();
    const request: OperationRequest = { operation, recovery, ...(reason === undefined ? {} : { reason }) };
    if (!request.recovery) for (const listener of this.#requestListeners) listener(instanceId);
    if (operation === 'stop' || operation === 'delete') this.#giveUpLaunch(instanceId);
    const waiting = this.#waiting.get(instanceId);
    if (waiting) {
      waiting.request = mergeOperations(waiting.request, request);
      return waiting.ended;
    }
    const entry: WaitingOperation = { request, ended: Promise.resolve() };
    this.#waiting.set(instanceId, entry);
    entry.ended = this.#queue.run(instanceId, () => {
      this.#waiting.delete(instanceId);
      return this.#execute(instanceId, entry.request);
    });
    void entry.ended.finally(() => {
      for (const listener of this.#endListeners) listener(instanceId);
    });
    return entry.ended;
  }

  exclusively<Result>(instanceId: string, action: () => Promise<Result>): Promise<Result> {
    return this.#queue.run(instanceId, action);
  }

  onRequest(listener: (instanceId: string) => void): void {
    this.#requestListeners.push(listener);
  }

  onEnd(listener: (instanceId: string) => void): void {
    this.#endListeners.push(listener);
  }

  isBusy(instanceId: string): boolean {
    return this.#queue.isBusy(instanceId);
  }

  async close(deadlineMilliseconds: number): Promise<string[]> {
    this.#closed = true;
    const { promise: deadline, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, deadlineMilliseconds);
    await Promise.race([this.#queue.idle(), deadline]);
    clearTimeout(timer);
    // An abandoned execution does no further task: it marks nothing as failed only because the platform went down.
    const abandoned = [...this.#running.keys()];
    for (const { execution } of this.#running.values()) execution.abort();
    return abandoned;
  }

  async #execute(instanceId: string, request: OperationRequest): Promise<void> {
    if (this.#closed) return;
    const input: LifecycleInput = { instanceId, ...request, operationId: createIdentifier('operation') };
    try {
      input.operation = await presentOperation(this.#ports.instances, instanceId, request.operation);
      const machine = await this.#loadMachine();
      const execution = machine.run({ ...input }, { overrides: this.#overrides, noThrowOnAbort: true });
      this.#running.set(instanceId, { operation: input.operation, execution });
      await execution.result.finally(() => this.#running.delete(instanceId));
    } catch (error) {
      if (isExpectedFailure(error)) return;
      this.#ports.report({ message: `The operation ${request.operation} ended unexpectedly.`, instanceId, cause: error });
      await markBroken(this.#ports, input);
    }
  }

  #giveUpLaunch(instanceId: string): void {
    const running = this.#running.get(instanceId);
    void giveUpOvertakenLaunch(this.#ports, instanceId, running?.operation, () => this.#running.get(instanceId) === running);
  }

  #loadMachine(): Promise<StateMachine> {
    this.#machine ??= loadLifecycleMachine().catch((error) => {
      this.#machine = undefined;
      throw error;
    });
    return this.#machine;
  }
}

function isExpectedFailure(error: unknown): boolean {
  return error instanceof Error && error.cause instanceof Error && error.cause.name === expectedFailure;
}
