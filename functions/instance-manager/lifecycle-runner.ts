import type { LifecycleOperation, LifecycleWorkflow } from '../ports.ts';

/** A workflow that runs in this process, so that the supervisor can take turns with it. */
export interface LifecycleRunner extends LifecycleWorkflow {
  /** As `request`, but resolves when the operation (or the one it was merged into) has ended, however it ended. */
  run(instanceId: string, operation: LifecycleOperation, options?: { recovery?: boolean; reason?: string }): Promise<void>;
  /** Runs an action when no operation runs on the instance, and keeps operations waiting meanwhile. */
  exclusively<Result>(instanceId: string, action: () => Promise<Result>): Promise<Result>;
  /** Calls back when somebody else than the platform itself asks for an operation, before it begins. */
  onRequest(listener: (instanceId: string) => void): void;
  /** Calls back when an operation has ended, however it ended, whoever asked for it. */
  onEnd(listener: (instanceId: string) => void): void;
  /** Whether an operation or an action runs or waits for the instance. */
  isBusy(instanceId: string): boolean;
  /**
   * Takes no more operations; waits for running ones up to the deadline, then abandons them as they are. Answers the ids of the
   * instances whose operation was abandoned: something may run for them that is not recorded yet.
   */
  close(deadlineMilliseconds: number): Promise<string[]>;
}
