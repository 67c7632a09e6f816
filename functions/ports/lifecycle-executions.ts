import type { OperationRequest } from './operation-queue.ts';

/** What an execution of the lifecycle starts with. Visible to operators and in execution histories: it never holds a secret. */
export interface ExecutionInput extends OperationRequest {
  instanceId: string;
  /** Identifier of this execution, for logs; also its name. */
  operationId: string;
}

/** How an execution stands. */
export type ExecutionState =
  | { status: 'running' }
  | { status: 'succeeded' }
  /** `error` is the name of the error that the state machine ended with; absent where it did not end by itself. */
  | { status: 'failed'; error?: string };

/** Executions of the lifecycle's state machine that run somewhere else, and go on when this process ends. */
export interface LifecycleExecutions {
  /**
   * Starts an execution under `input.operationId`. Asked again it starts no second one, whatever became of the first. Rejects where it
   * is not known whether it was started.
   */
  start(input: ExecutionInput): Promise<void>;
  /** `undefined` where no execution of the name was ever started. */
  describe(operationId: string): Promise<ExecutionState | undefined>;
}
