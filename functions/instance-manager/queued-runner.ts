import { KeyedQueue } from '../keyed-queue.ts';
import type {
  BusyInstance,
  ExecutionState,
  ExecutionTurn,
  LifecycleExecutions,
  LifecycleOperation,
  OperationQueue,
  OperationRequest,
} from '../ports.ts';
import { expectedFailure, markBroken } from './broken-execution.ts';
import { ExclusiveTurns } from './exclusive-turns.ts';
import type { LifecyclePorts } from './lifecycle-ports.ts';
import type { LifecycleRunner } from './lifecycle-runner.ts';
import { giveUpOvertakenLaunch } from './overtaken-launch.ts';
import { startExecution } from './start-execution.ts';

export interface QueuedRunnerPorts extends Pick<LifecyclePorts, 'clock' | 'instances' | 'launcher' | 'report'> {
  queue: OperationQueue;
  executions: LifecycleExecutions;
}

export interface QueuedRunnerOptions {
  /** Names this process among all that ever took turns. */
  holder: string;
  /** How long an execution may take before it is asked whether it has ended and its notice was lost. */
  patienceMilliseconds?: number;
}

/** Most operations end within seconds; a start on a cold machine takes a minute. */
const patience = 60_000;
/** Whoever got a turn starts its execution at once, or never. */
const startPatience = 5_000;
/** The table answers within seconds that a turn was taken, or is not asked for it any more. */
const takePatience = 30_000;
const firstPause = 1_000;
const longestPause = 30_000;

/** This process does not work any more; another one does what was asked. */
export class RunnerClosedError extends Error {
  override readonly name = 'RunnerClosedError';
  constructor() {
    super('This manager does no more work; another one takes over.');
  }
}

/**
 * Runs the lifecycle where executions run somewhere else and operations are asked for by several processes: whose turn it is lies in the
 * operation queue, and this is the one process that ends turns. It hears of ended executions by notices, which may come late, twice, in
 * another order or never; `sweep` finds what no notice told of. What a process that died has left behind, its successor finishes.
 */
export class QueuedRunner implements LifecycleRunner {
  readonly #ports: QueuedRunnerPorts;
  readonly #holder: string;
  readonly #patience: number;
  readonly #turns: ExclusiveTurns;
  /** What this process changes of an instance's turn, one change after the other. */
  readonly #changes = new KeyedQueue();
  /** What runs, as far as it is known here, by instance. */
  readonly #busy = new Map<string, string>();
  /** Whoever waits for the end of an execution, by its name. */
  readonly #ends = new Map<string, PromiseWithResolvers<void>>();
  /** Whoever waits for the end of an execution that has no name yet, because its request waits: by instance. */
  readonly #queued = new Map<string, PromiseWithResolvers<void>>();
  /** Names of executions that were seen to run. */
  readonly #started = new Set<string>();
  readonly #requestListeners: ((instanceId: string) => void)[] = [];
  readonly #endListeners: ((instanceId: string) => void)[] = [];
  #closed = false;

  constructor(ports: QueuedRunnerPorts, options: QueuedRunnerOptions) {
    this.#ports = ports;
    this.#holder = options.holder;
    this.#patience = options.patienceMilliseconds ?? patience;
    this.#turns = new ExclusiveTurns({
      take: (instanceId) => this.#changes.run(instanceId, () => this.#take(instanceId)),
      release: (instanceId, name) => this.#changes.run(instanceId, () => this.#release(instanceId, name)),
      report: ports.report,
    });
  }

  async request(instanceId: string, operation: LifecycleOperation, reason?: string): Promise<void> {
    // Not awaited: the caller learns of the outcome by the status of the instance. It never rejects.
    void this.run(instanceId, operation, reason === undefined ? {} : { reason });
  }

  async run(
    instanceId: string,
    operation: LifecycleOperation,
    { recovery = false, reason }: { recovery?: boolean; reason?: string } = {},
  ): Promise<void> {
    if (this.#closed) return;
    if (!recovery) for (const listener of this.#requestListeners) listener(instanceId);
    if (operation === 'stop' || operation === 'delete') void this.#giveUpLaunch(instanceId);
    const request: OperationRequest = { operation, recovery, ...(reason === undefined ? {} : { reason }) };
    try {
      const { promise } = await this.#changes.run(instanceId, () => this.#ask(instanceId, request));
      await promise;
    } catch (cause) {
      // What is wanted is stored; the next comparison finds that it is not the case.
      this.#ports.report({ message: `The operation ${operation} could not be asked for.`, instanceId, cause });
    }
  }

  exclusively<Result>(instanceId: string, action: () => Promise<Result>): Promise<Result> {
    return this.#turns.run(instanceId, action);
  }

  onRequest(listener: (instanceId: string) => void): void {
    this.#requestListeners.push(listener);
  }

  onEnd(listener: (instanceId: string) => void): void {
    this.#endListeners.push(listener);
  }

  isBusy(instanceId: string): boolean {
    return this.#busy.has(instanceId) || this.#changes.isBusy(instanceId) || this.#turns.isBusy(instanceId);
  }

  /** Takes the news that somebody asked another process for an operation. Rejects where it has to be told again. */
  async asked(instanceId: string, operation: LifecycleOperation): Promise<void> {
    if (this.#closed) throw new RunnerClosedError();
    for (const listener of this.#requestListeners) listener(instanceId);
    await this.#look(instanceId);
    if (operation === 'stop' || operation === 'delete') await this.#giveUpLaunch(instanceId);
  }

  /** Takes the news that an execution has ended, for the first time or once more. Rejects where it has to be told again. */
  async executionEnded(instanceId: string, name: string, state: Exclude<ExecutionState, { status: 'running' }>): Promise<void> {
    if (this.#closed) throw new RunnerClosedError();
    await this.#changes.run(instanceId, async () => {
      const found = await this.#ports.queue.find(instanceId);
      if (found?.turn.kind === 'execution' && found.turn.name === name) await this.#endExecution(instanceId, found.turn, state);
      else this.#settle(name);
    });
  }

  /**
   * Looks at all turns: ends those whose execution has ended without notice, starts executions that nobody started, and frees what
   * processes hold that are gone. Rejects where the queue could not be read.
   */
  async sweep(): Promise<void> {
    if (this.#closed) return;
    const busy = await this.#ports.queue.listBusy();
    const listed = new Set(busy.map(({ instanceId }) => instanceId));
    // A list may lag behind; and what somebody else has ended is no longer in it.
    const unlisted = [...this.#busy.keys()].filter((instanceId) => !listed.has(instanceId));
    const looks = await Promise.all(unlisted.map((instanceId) => this.#look(instanceId)));
    for (const found of [...busy, ...looks.filter((look) => look !== undefined)]) {
      await this.#examine(found).catch((cause) => {
        this.#ports.report({ message: 'What runs on an instance could not be found out.', instanceId: found.instanceId, cause });
      });
    }
  }

  /**
   * Takes no more operations, and waits for actions under way up to the deadline. Executions go on without this process, so none is
   * abandoned.
   */
  async close(deadlineMilliseconds: number): Promise<string[]> {
    this.#closed = true;
    await this.#turns.close(deadlineMilliseconds);
    for (const { resolve } of [...this.#ends.values(), ...this.#queued.values()]) resolve();
    return [];
  }

  async #ask(instanceId: string, request: OperationRequest): Promise<PromiseWithResolvers<void>> {
    const answer = await this.#ports.queue.ask(instanceId, request);
    if (answer.outcome === 'start') return this.#startNext(instanceId, answer.turn);
    const queued = this.#queued.get(instanceId) ?? Promise.withResolvers<void>();
    this.#queued.set(instanceId, queued);
    return queued;
  }

  async #take(instanceId: string): Promise<string | undefined> {
    if (this.#closed) throw new RunnerClosedError();
    const turn = await this.#ports.queue.take(instanceId, this.#holder);
    if (turn) this.#busy.set(instanceId, turn.name);
    return turn?.name;
  }

  /** Ends a turn, and begins the one that follows. */
  async #release(instanceId: string, name: string): Promise<void> {
    const next = await this.#ports.queue.end(instanceId, name);
    if (next) this.#startNext(instanceId, next);
    else if (this.#busy.get(instanceId) === name) this.#know(instanceId, undefined);
    else this.#know(instanceId, await this.#ports.queue.find(instanceId));
    this.#settle(name);
  }

  #startNext(instanceId: string, turn: ExecutionTurn): PromiseWithResolvers<void> {
    const end = this.#queued.get(instanceId) ?? Promise.withResolvers<void>();
    this.#queued.delete(instanceId);
    this.#ends.set(turn.name, end);
    this.#busy.set(instanceId, turn.name);
    void this.#start(instanceId, turn);
    return end;
  }

  /** Never rejects: what could not be started is started after a pause. */
  async #start(instanceId: string, turn: ExecutionTurn, pause = firstPause): Promise<void> {
    if (this.#busy.get(instanceId) !== turn.name) return;
    try {
      await startExecution(this.#ports, instanceId, turn);
    } catch (cause) {
      // Whoever takes over finds that nobody started it.
      if (this.#closed) return;
      this.#ports.report({ message: 'An operation could not be started; tried again shortly.', instanceId, cause });
      setTimeout(() => void this.#start(instanceId, turn, Math.min(pause * 2, longestPause)), pause).unref();
    }
  }

  async #endExecution(
    instanceId: string,
    { name, request, begunWith }: ExecutionTurn,
    state: Exclude<ExecutionState, { status: 'running' }>,
  ): Promise<void> {
    if (state.status === 'failed' && state.error !== expectedFailure) {
      const operation = begunWith ?? request.operation;
      const cause = new Error(state.error ?? 'it did not end by itself');
      this.#ports.report({ message: `The operation ${operation} ended unexpectedly.`, instanceId, cause });
      await markBroken(this.#ports, { instanceId, operation, recovery: request.recovery });
    }
    await this.#release(instanceId, name);
    for (const listener of this.#endListeners) listener(instanceId);
  }

  #settle(name: string): void {
    this.#started.delete(name);
    this.#ends.get(name)?.resolve();
    this.#ends.delete(name);
  }

  #know(instanceId: string, found: BusyInstance | undefined): void {
    if (found) {
      this.#busy.set(instanceId, found.turn.name);
      return;
    }
    this.#busy.delete(instanceId);
    this.#queued.get(instanceId)?.resolve();
    this.#queued.delete(instanceId);
    this.#turns.free(instanceId);
  }

  /** Finds out what has the turn on an instance, and keeps it in mind. */
  #look(instanceId: string): Promise<BusyInstance | undefined> {
    return this.#changes.run(instanceId, async () => {
      const found = await this.#ports.queue.find(instanceId);
      this.#know(instanceId, found);
      return found;
    });
  }

  async #examine({ instanceId, turn }: BusyInstance): Promise<void> {
    const age = this.#ports.clock.now().getTime() - Date.parse(turn.since);
    if (turn.kind === 'action') {
      // A young one may be ours while the answer that gives it to us is still on its way.
      if (turn.holder === this.#holder && (age < takePatience || this.#turns.isHeld(turn.name))) return;
      await this.#changes.run(instanceId, () => this.#release(instanceId, turn.name));
      return;
    }
    if (!this.#busy.has(instanceId)) await this.#look(instanceId);
    if (age < startPatience || (age < this.#patience && this.#started.has(turn.name))) return;
    const state = await this.#ports.executions.describe(turn.name);
    if (state === undefined) await startExecution(this.#ports, instanceId, turn);
    else if (state.status === 'running') this.#started.add(turn.name);
    else await this.executionEnded(instanceId, turn.name, state);
  }

  /** Never rejects. */
  async #giveUpLaunch(instanceId: string): Promise<void> {
    const { queue, report } = this.#ports;
    try {
      const turn = (await queue.find(instanceId))?.turn;
      if (turn?.kind !== 'execution') return;
      const isStillRunning = async () => (await queue.find(instanceId))?.turn.name === turn.name;
      await giveUpOvertakenLaunch(this.#ports, instanceId, turn.begunWith, isStillRunning);
    } catch (cause) {
      report({ message: 'What runs on an instance could not be found out.', instanceId, cause });
    }
  }
}
