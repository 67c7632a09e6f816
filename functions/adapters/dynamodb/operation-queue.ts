import { randomUUID } from 'node:crypto';
import { createIdentifier } from '../../../core/identifiers.ts';
import type {
  ActionTurn,
  BusyInstance,
  Clock,
  ExecutionTurn,
  LifecycleOperation,
  MergeRequests,
  OperationQueue,
  OperationRequest,
} from '../../ports.ts';
import {
  createOperationTurnEntity,
  type OperationTurnEntity,
  type OperationTurnItem,
  toBusyInstance,
} from './entities/operation-turn.ts';
import { requested } from './request.ts';
import { readAllShards, shardOf } from './shards.ts';
import type { PlatformTable } from './table.ts';
import { untilUndisturbed } from './undisturbed.ts';

/**
 * One item for each busy instance; every step is one conditional write from the state that was read to the next. Where a writer was
 * faster, the step is thought over again with what that one left.
 */
export class DynamoOperationQueue implements OperationQueue {
  readonly #turns: OperationTurnEntity;
  readonly #merge: MergeRequests;
  readonly #clock: Clock;

  constructor(table: PlatformTable, { merge, clock }: { merge: MergeRequests; clock: Clock }) {
    this.#turns = createOperationTurnEntity(table);
    this.#merge = merge;
    this.#clock = clock;
  }

  ask(instanceId: string, request: OperationRequest): ReturnType<OperationQueue['ask']> {
    return untilUndisturbed<Awaited<ReturnType<OperationQueue['ask']>>>(async () => {
      const turn = this.#executionTurn(request);
      const present = await this.#create(instanceId, turn);
      if (present === undefined) return { value: { outcome: 'start', turn } };
      if (present === null) return undefined;
      const waiting = present.waiting === undefined ? request : this.#merge(present.waiting, request);
      return (await this.#replace(present, { ...present, waiting })) ? { value: { outcome: 'queued' } } : undefined;
    });
  }

  async take(instanceId: string, holder: string): Promise<ActionTurn | undefined> {
    const turn: ActionTurn = { kind: 'action', name: createIdentifier('operation'), holder, since: this.#now() };
    return (await this.#create(instanceId, turn)) === undefined ? turn : undefined;
  }

  begin(instanceId: string, name: string, operation: LifecycleOperation): Promise<LifecycleOperation | undefined> {
    return untilUndisturbed<LifecycleOperation | undefined>(async () => {
      const present = await this.#read(instanceId);
      if (present?.turn.kind !== 'execution' || present.turn.name !== name) return { value: undefined };
      if (present.turn.begunWith !== undefined) return { value: present.turn.begunWith };
      const begun = { ...present, turn: { ...present.turn, begunWith: operation } };
      return (await this.#replace(present, begun)) ? { value: operation } : undefined;
    });
  }

  end(instanceId: string, name: string): Promise<ExecutionTurn | undefined> {
    return untilUndisturbed(async () => {
      const present = await this.#read(instanceId);
      if (present?.turn.name !== name) return { value: undefined };
      if (present.waiting === undefined) return (await this.#delete(present)) ? { value: undefined } : undefined;
      const turn = this.#executionTurn(present.waiting);
      const { waiting: _, ...rest } = present;
      return (await this.#replace(present, { ...rest, turn, since: turn.since })) ? { value: turn } : undefined;
    });
  }

  async find(instanceId: string): Promise<BusyInstance | undefined> {
    const item = await this.#read(instanceId);
    return item && toBusyInstance(item);
  }

  async listBusy(): Promise<BusyInstance[]> {
    const items = await readAllShards(async (shard) => {
      const { data } = await requested(() => this.#turns.query.busy({ shard }).go({ pages: 'all' }));
      return data;
    });
    return items.map(toBusyInstance);
  }

  async #read(instanceId: string): Promise<OperationTurnItem | undefined> {
    const { data } = await requested(() => this.#turns.get({ instanceId }).go({ consistent: true }));
    return data ?? undefined;
  }

  /** `undefined` where the turn was given; else what has it, `null` where that has just ended. */
  async #create(instanceId: string, turn: ExecutionTurn | ActionTurn): Promise<OperationTurnItem | null | undefined> {
    const { rejected, data } = await requested(() =>
      this.#turns
        .put({ instanceId, turn, since: turn.since, shard: shardOf(instanceId), change: randomUUID() })
        .where((item, { notExists }) => notExists(item.instanceId))
        .go({ response: 'none', returnOnConditionCheckFailure: 'all_old' }),
    );
    if (!rejected || data?.turn.name === turn.name) return undefined;
    return data;
  }

  /** Answers whether it was done: not where the item is no longer what was read. */
  async #replace(present: OperationTurnItem, next: OperationTurnItem): Promise<boolean> {
    const change: string = randomUUID();
    const { rejected, data } = await requested(() =>
      this.#turns
        .put({ ...next, change })
        .where((item, { eq }) => eq(item.change, present.change))
        .go({ response: 'none', returnOnConditionCheckFailure: 'all_old' }),
    );
    return !rejected || data?.change === change;
  }

  async #delete(present: OperationTurnItem): Promise<boolean> {
    const { rejected } = await requested(() =>
      this.#turns
        .delete({ instanceId: present.instanceId })
        .where((item, { eq }) => eq(item.change, present.change))
        .go({ response: 'none', returnOnConditionCheckFailure: true }),
    );
    return !rejected;
  }

  #executionTurn(request: OperationRequest): ExecutionTurn {
    return { kind: 'execution', name: createIdentifier('operation'), request, since: this.#now() };
  }

  #now(): string {
    return this.#clock.now().toISOString();
  }
}
