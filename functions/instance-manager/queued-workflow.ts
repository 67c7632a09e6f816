import type { LifecycleOperation, LifecycleWorkflow, OperationQueue, OperationRequest } from '../ports.ts';
import { type StartExecutionPorts, startExecution } from './start-execution.ts';

export interface QueuedWorkflowPorts extends StartExecutionPorts {
  queue: Pick<OperationQueue, 'ask' | 'begin'>;
  /** Tells the manager that somebody asked, so that it waits for the end, and gives up what is overtaken. */
  announce(instanceId: string, operation: LifecycleOperation): Promise<void>;
}

/**
 * Asks for operations from processes that do not wait for them and may end at any moment, such as the functions of the REST API: what
 * is asked for lies in the operation queue, and the manager of instances does the rest. So an operation whose execution could not be
 * started here, or whose end nobody told, is not lost.
 */
export class QueuedWorkflow implements LifecycleWorkflow {
  readonly #ports: QueuedWorkflowPorts;

  constructor(ports: QueuedWorkflowPorts) {
    this.#ports = ports;
  }

  async request(instanceId: string, operation: LifecycleOperation, reason?: string): Promise<void> {
    const request: OperationRequest = { operation, recovery: false, ...(reason === undefined ? {} : { reason }) };
    const answer = await this.#ports.queue.ask(instanceId, request);
    const steps: Promise<unknown>[] = [this.#ports.announce(instanceId, operation)];
    if (answer.outcome === 'start') steps.push(startExecution(this.#ports, instanceId, answer.turn));
    // Neither keeps the other from being done.
    const failed = (await Promise.allSettled(steps)).find((step) => step.status === 'rejected');
    if (failed) throw failed.reason;
  }
}
