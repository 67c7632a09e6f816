import type { LifecycleOperation } from './data-plane.ts';

/** An operation somebody asked for. `recovery` says that the platform asks by itself, to bring an instance back. */
export interface OperationRequest {
  operation: LifecycleOperation;
  recovery: boolean;
  /** Why, as a sentence for the customer. */
  reason?: string;
}

/** What remains of a request that waits when a newer one comes. Pure: it may be asked again where another writer was faster. */
export type MergeRequests = (waiting: OperationRequest, newer: OperationRequest) => OperationRequest;

/** An execution of the lifecycle that has the turn on an instance. */
export interface ExecutionTurn {
  kind: 'execution';
  /** Identifier of the kind `operation`, never used again; also the name of the execution. */
  name: string;
  request: OperationRequest;
  /** What the execution was begun with, which may differ from what was asked for; absent until it is about to begin. */
  begunWith?: LifecycleOperation;
  /** When it got the turn, ISO 8601 in UTC. */
  since: string;
}

/** An action of one process that has the turn on an instance. It ends with the process, but its turn does not. */
export interface ActionTurn {
  kind: 'action';
  /** Identifier of the kind `operation`, never used again. */
  name: string;
  /** Names the process. */
  holder: string;
  since: string;
}

/** An instance on which something runs: what, and what is to be run after it. */
export interface BusyInstance {
  instanceId: string;
  turn: ExecutionTurn | ActionTurn;
  waiting?: OperationRequest;
}

/**
 * Whose turn it is on each instance, for several processes: executions of the lifecycle and exclusive actions run one after the other,
 * and requests that come meanwhile are merged into one that waits. Every method is one atomic step; the queue itself starts nothing, so
 * whoever is told to start an execution does it, and whoever finds a turn whose execution was never started starts it again under the
 * same name.
 */
export interface OperationQueue {
  /**
   * Asks for an operation. `start`: nothing had the turn, and the execution of this name has it now; whoever asked starts it. `queued`:
   * the request waits, merged with what waited already.
   */
  ask(instanceId: string, request: OperationRequest): Promise<{ outcome: 'start'; turn: ExecutionTurn } | { outcome: 'queued' }>;
  /** Takes the turn for an action. `undefined` where something else has it. */
  take(instanceId: string, holder: string): Promise<ActionTurn | undefined>;
  /**
   * Notes what an execution is begun with. Answers what it is to be begun with, which is what somebody has noted before, if anybody has: it
   * may have been begun already. `undefined` where it has the turn no more.
   */
  begin(instanceId: string, name: string, operation: LifecycleOperation): Promise<LifecycleOperation | undefined>;
  /**
   * Ends a turn. Where a request waits, its execution has the turn next, and is answered to be started. `undefined` where none waits, or
   * where the turn of this name had ended before: an end that is told twice changes nothing.
   */
  end(instanceId: string, name: string): Promise<ExecutionTurn | undefined>;
  /** What has the turn now (a consistent read); `undefined` where nothing does. */
  find(instanceId: string): Promise<BusyInstance | undefined>;
  /** All instances on which something has the turn; may lag a moment behind, so whoever acts on one finds it first. */
  listBusy(): Promise<BusyInstance[]>;
}
