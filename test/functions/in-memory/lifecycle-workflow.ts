import type { LifecycleOperation, LifecycleWorkflow } from '../../../functions/ports.ts';

/** Keeps what was asked for and does nothing. */
export class InMemoryLifecycleWorkflow implements LifecycleWorkflow {
  readonly requests: { instanceId: string; operation: LifecycleOperation }[] = [];
  /** The reasons that were given, in order. */
  readonly reasons: string[] = [];
  /** What requests fail with. */
  failure: Error | undefined;

  async request(instanceId: string, operation: LifecycleOperation, reason?: string): Promise<void> {
    if (this.failure !== undefined) throw this.failure;
    if (reason !== undefined) this.reasons.push(reason);
    this.requests.push({ instanceId, operation });
  }

  /** The operations asked of one instance, in order. */
  operationsOf(instanceId: string): LifecycleOperation[] {
    return this.requests.filter((request) => request.instanceId === instanceId).map(({ operation }) => operation);
  }
}
