import type { RunOptions, StateMachine, StateMachineDefinition } from 'aws-local-stepfunctions';
import { createIdentifier } from '../../core/identifiers.ts';
import { changeInstance } from '../domain/instance-change.ts';
import { instanceStatusText } from '../domain/instance-status-text.ts';
import { KeyedQueue } from '../keyed-queue.ts';
import type { LifecycleOperation } from '../ports.ts';
import { lifecycleDefinition, taskFunctionsByState } from './lifecycle-definition.ts';
import type { LifecyclePorts } from './lifecycle-ports.ts';
import type { LifecycleRunner } from './lifecycle-runner.ts';
import type { LifecycleInput, LifecycleState } from './lifecycle-state.ts';
import { operationToReach, serves } from './lifecycle-states.ts';
import { mergeOperations, type OperationRequest } from './operation-request.ts';
import { bindLifecycleTasks, type LifecycleTasks } from './tasks/index.ts';

export interface LocalWorkflowOptions {
  ports: LifecyclePorts;
  /** Replaces single tasks; for tests that inject failures. */
  tasks?: Partial<LifecycleTasks>;
  /** Milliseconds between the tries of a task that failed, in place of the pauses of the definition; for tests. */
  retryPauseMilliseconds?: number;
}

type TaskHandlers = NonNullable<NonNullable<RunOptions['overrides']>['taskResourceLocalHandlers']>;
type TaskHandler = TaskHandlers[string];
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
  readonly #overrides: NonNullable<RunOptions['overrides']>;
  readonly #queue = new KeyedQueue();
  readonly #waiting = new Map<string, WaitingOperation>();
  readonly #running = new Map<string, RunningOperation>();
  readonly #requestListeners: ((instanceId: string) => void)[] = [];
  readonly #endListeners: ((instanceId: string) => void)[] = [];
  #machine: Promise<StateMachine> | undefined;
  #closed = false;

  constructor(options: LocalWorkflowOptions) {
    this.#ports = options.ports;
    this.#overrides = {
      taskResourceLocalHandlers: handlersByState({ ...bindLifecycleTasks(options.ports), ...options.tasks }),
      ...(options.retryPauseMilliseconds === undefined
        ? {}
        : { retryIntervalOverrides: pausesByState(options.retryPauseMilliseconds) }),
    };
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
    if (operation === 'stop' || operation === 'delete') void this.#giveUpLaunch(instanceId);
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
      input.operation = await this.#presentOperation(instanceId, request.operation);
      const machine = await this.#loadMachine();
      const execution = machine.run({ ...input }, { overrides: this.#overrides, noThrowOnAbort: true });
      this.#running.set(instanceId, { operation: input.operation, execution });
      await execution.result.finally(() => this.#running.delete(instanceId));
    } catch (error) {
      if (isExpectedFailure(error)) return;
      this.#ports.report({ message: `The operation ${request.operation} ended unexpectedly.`, instanceId, cause: error });
      await this.#markFailed(input);
    }
  }

  /**
   * Ends what a start or restart is just launching, so that a stop or delete need not wait until a launch that hangs is given up.
   * As everywhere, the stored wish decides, not the request. Never rejects.
   */
  async #giveUpLaunch(instanceId: string): Promise<void> {
    const running = this.#running.get(instanceId);
    if (running?.operation !== 'start' && running?.operation !== 'restart') return;
    try {
      const instance = await this.#ports.instances.findById(instanceId);
      const isOvertaken = !instance || !serves(running.operation, instance.desiredState);
      if (isOvertaken && this.#running.get(instanceId) === running) await this.#ports.launcher.stop(instanceId);
    } catch (cause) {
      // The operation that waits ends the instance all the same, only later.
      this.#ports.report({ message: 'A launch that nobody wants any more could not be given up.', instanceId, cause });
    }
  }

  /**
   * Requests can come in another order than the wishes they stand for were stored, and those that wait are merged. So what is
   * stored decides: an operation that nobody wants any more gives way to the one that works towards the present wish.
   */
  async #presentOperation(instanceId: string, operation: LifecycleOperation): Promise<LifecycleOperation> {
    // Where the store is away for a moment, the first task is the one to try again.
    const instance = await this.#ports.instances.findById(instanceId).catch(() => undefined);
    if (!instance || serves(operation, instance.desiredState)) return operation;
    return operationToReach[instance.desiredState];
  }

  async #markFailed(input: LifecycleInput): Promise<void> {
    try {
      await changeInstance(this.#ports.instances, input.instanceId, (present) =>
        serves(input.operation, present.desiredState) && (input.operation !== 'sleep' || present.status === 'sleeping')
          ? { status: 'failed', ...instanceStatusText('failed', 'The operation failed on our side.') }
          : undefined,
      );
    } catch (cause) {
      // The store itself is away; the next reconciliation finds the instance as it is.
      this.#ports.report({ message: 'An operation failed, and so did marking it.', instanceId: input.instanceId, cause });
    }
  }

  #loadMachine(): Promise<StateMachine> {
    this.#machine ??= loadMachine().catch((error) => {
      this.#machine = undefined;
      throw error;
    });
    return this.#machine;
  }
}

async function loadMachine(): Promise<StateMachine> {
  const { StateMachine } = await import('aws-local-stepfunctions');
  // A test validates the definition; doing it again at every start would cost a quarter of a second.
  return new StateMachine(lifecycleDefinition as unknown as StateMachineDefinition, { validationOptions: { noValidate: true } });
}

function handlersByState(tasks: LifecycleTasks): TaskHandlers {
  const handlers: TaskHandlers = {};
  for (const [state, taskName] of taskFunctionsByState()) {
    const task = tasks[taskName as keyof LifecycleTasks];
    if (!task) throw new Error(`The lifecycle names a task function ${taskName} that does not exist.`);
    // The interpreter passes JSON values only; what the machine passes has the form of its state.
    handlers[state] = (async (input) => task(input as unknown as LifecycleState)) as TaskHandler;
  }
  return handlers;
}

function pausesByState(milliseconds: number): Record<string, number> {
  return Object.fromEntries([...taskFunctionsByState().keys()].map((state) => [state, milliseconds]));
}

/** The machine ends in its Fail state after it has marked the instance; anything else is unexpected. */
function isExpectedFailure(error: unknown): boolean {
  return error instanceof Error && error.cause instanceof Error && error.cause.name === 'OperationFailed';
}
