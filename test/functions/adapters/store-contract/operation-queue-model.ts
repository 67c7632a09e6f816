import fc from 'fast-check';
import type { ExecutionTurn, OperationQueue } from '../../../../functions/ports.ts';

/** After how many of its steps whoever does something dies: it asks or ends, notes the beginning, starts the execution. */
type Death = 'after-first' | 'after-begin' | 'never';

export type QueueStep =
  | { do: 'ask'; death: Death }
  /** The execution that runs comes to its end, and somebody is told so, or nobody. */
  | { do: 'finish'; isTold: boolean; death: Death }
  /** An end that was told before is told once more. */
  | { do: 'tell-again'; which: number }
  /** Somebody who stood still since it was told to start an execution goes on. */
  | { do: 'start-late'; which: number }
  | { do: 'sweep'; death: Death };

const deaths = fc.constantFrom<Death[]>('after-first', 'after-begin', 'never');
const steps: fc.Arbitrary<QueueStep> = fc.oneof(
  fc.record({ do: fc.constant('ask' as const), death: deaths }),
  fc.record({ do: fc.constant('finish' as const), isTold: fc.boolean(), death: deaths }),
  fc.record({ do: fc.constant('tell-again' as const), which: fc.nat() }),
  fc.record({ do: fc.constant('start-late' as const), which: fc.nat() }),
  fc.record({ do: fc.constant('sweep' as const), death: deaths }),
);

/**
 * One instance with everything around its queue: processes that ask and die, a state machine that takes each name of an execution once
 * (as Step Functions does), notices that come late, twice or never, and somebody who looks at all turns from time to time.
 */
export class OperationQueueModel {
  static readonly scripts = fc.array(steps, { maxLength: 20 });

  readonly asked: string[] = [];
  /** The wishes that executions were started for. */
  readonly served: string[] = [];
  mostAtOnce = 0;
  readonly #queue: OperationQueue;
  readonly #instanceId: string;
  readonly #executions = new Map<string, 'running' | 'ended'>();
  readonly #toldToStart: ExecutionTurn[] = [];

  constructor(queue: OperationQueue, instanceId: string) {
    this.#queue = queue;
    this.#instanceId = instanceId;
  }

  async do(step: QueueStep): Promise<void> {
    if (step.do === 'ask') {
      const wish = String(this.asked.length);
      this.asked.push(wish);
      const answer = await this.#queue.ask(this.#instanceId, { operation: 'start', recovery: false, reason: wish });
      if (answer.outcome === 'start') await this.#start(answer.turn, step.death);
    } else if (step.do === 'finish') {
      const running = [...this.#executions].find(([, state]) => state === 'running');
      if (running === undefined) return;
      this.#executions.set(running[0], 'ended');
      if (step.isTold) await this.#end(running[0], step.death);
    } else if (step.do === 'tell-again') {
      const ended = [...this.#executions].filter(([, state]) => state === 'ended').map(([name]) => name);
      const name = ended[step.which % Math.max(1, ended.length)];
      if (name !== undefined) await this.#end(name, 'never');
    } else if (step.do === 'start-late') {
      const turn = this.#toldToStart[step.which % Math.max(1, this.#toldToStart.length)];
      if (turn !== undefined) await this.#start(turn, 'never');
    } else {
      await this.#sweep(step.death);
    }
  }

  /** Goes on without deaths until nothing is left to do. */
  async settle(): Promise<void> {
    while ((await this.#queue.find(this.#instanceId)) !== undefined) {
      await this.#sweep('never');
      await this.do({ do: 'finish', isTold: true, death: 'never' });
    }
  }

  async #sweep(death: Death): Promise<void> {
    for (const { instanceId } of await this.#queue.listBusy()) {
      if (instanceId !== this.#instanceId) continue;
      const turn = (await this.#queue.find(instanceId))?.turn;
      if (turn?.kind !== 'execution') continue;
      const state = this.#executions.get(turn.name);
      if (state === undefined) await this.#start(turn, death);
      else if (state === 'ended') await this.#end(turn.name, death);
    }
  }

  async #end(name: string, death: Death): Promise<void> {
    const next = await this.#queue.end(this.#instanceId, name);
    if (next !== undefined) await this.#start(next, death);
  }

  async #start(turn: ExecutionTurn, death: Death): Promise<void> {
    this.#toldToStart.push(turn);
    if (death === 'after-first') return;
    if (!(await this.#queue.begin(this.#instanceId, turn.name, 'start'))) return;
    if (death === 'after-begin') return;
    // The state machine knows each name once.
    if (this.#executions.has(turn.name)) return;
    this.#executions.set(turn.name, 'running');
    this.served.push(...(turn.request.reason?.split(',') ?? []));
    const running = [...this.#executions.values()].filter((state) => state === 'running').length;
    this.mostAtOnce = Math.max(this.mostAtOnce, running);
  }
}
