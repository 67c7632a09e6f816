import { createIdentifier } from '../../../core/identifiers.ts';
import type {
  ActionTurn,
  BusyInstance,
  ExecutionTurn,
  LifecycleOperation,
  MergeRequests,
  OperationQueue,
  OperationRequest,
} from '../../../functions/ports.ts';

/** The turns on instances in memory; several processes of a test can share it. */
export class InMemoryOperationQueue implements OperationQueue {
  readonly busy = new Map<string, BusyInstance>();
  readonly #merge: MergeRequests;

  constructor(merge: MergeRequests) {
    this.#merge = merge;
  }

  async ask(
    instanceId: string,
    request: OperationRequest,
  ): Promise<{ outcome: 'start'; turn: ExecutionTurn } | { outcome: 'queued' }> {
    const present = this.busy.get(instanceId);
    if (present) {
      const waiting = present.waiting === undefined ? request : this.#merge(present.waiting, request);
      this.busy.set(instanceId, { ...present, waiting });
      return { outcome: 'queued' };
    }
    return { outcome: 'start', turn: this.#give(instanceId, request) };
  }

  async take(instanceId: string, holder: string): Promise<ActionTurn | undefined> {
    if (this.busy.has(instanceId)) return undefined;
    const turn: ActionTurn = { kind: 'action', name: createIdentifier('operation'), holder, since: new Date().toISOString() };
    this.busy.set(instanceId, { instanceId, turn });
    return turn;
  }

  async begin(instanceId: string, name: string, operation: LifecycleOperation): Promise<LifecycleOperation | undefined> {
    const present = this.busy.get(instanceId);
    if (present?.turn.kind !== 'execution' || present.turn.name !== name) return undefined;
    const { begunWith = operation } = present.turn;
    this.busy.set(instanceId, { ...present, turn: { ...present.turn, begunWith } });
    return begunWith;
  }

  async end(instanceId: string, name: string): Promise<ExecutionTurn | undefined> {
    const present = this.busy.get(instanceId);
    if (present?.turn.name !== name) return undefined;
    this.busy.delete(instanceId);
    return present.waiting && this.#give(instanceId, present.waiting);
  }

  async find(instanceId: string): Promise<BusyInstance | undefined> {
    return this.busy.get(instanceId);
  }

  async listBusy(): Promise<BusyInstance[]> {
    return [...this.busy.values()];
  }

  #give(instanceId: string, request: OperationRequest): ExecutionTurn {
    const turn: ExecutionTurn = {
      kind: 'execution',
      name: createIdentifier('operation'),
      request,
      since: new Date().toISOString(),
    };
    this.busy.set(instanceId, { instanceId, turn });
    return turn;
  }
}
