import type { WarmDemand, WarmKind, WarmPool, WarmProcess, WarmState } from '../../ports.ts';
import {
  createWarmDemandEntity,
  createWarmProcessEntity,
  toWarmDemand,
  toWarmProcess,
  type WarmProcessItem,
} from './entities/warm-process.ts';
import { day, expiresAfter } from './expiry.ts';
import { withoutNulls } from './null-attributes.ts';
import { requested } from './request.ts';
import type { PlatformTable } from './table.ts';
import { untilUndisturbed } from './undisturbed.ts';

const pool = 'warm-pool';
/** Counts are asked for a day back. */
const demandKeptSeconds = 2 * day;

/** The warm pool in one partition; every change is a write under the condition that the process is in the state it starts from. */
export class DynamoWarmPool implements WarmPool {
  readonly #processes: ReturnType<typeof createWarmProcessEntity>;
  readonly #demand: ReturnType<typeof createWarmDemandEntity>;

  constructor(table: PlatformTable) {
    this.#processes = createWarmProcessEntity(table);
    this.#demand = createWarmDemandEntity(table);
  }

  async put(process: WarmProcess): Promise<void> {
    const { rejected, data } = await requested(() =>
      this.#processes
        .create({ pool, ...withoutNulls(process) })
        .go({ response: 'none', returnOnConditionCheckFailure: 'all_old' }),
    );
    // The SDK may have sent it twice: then it finds itself.
    if (rejected && (data?.state !== process.state || data.changedAt !== process.changedAt || data.version !== process.version)) {
      throw new Error(`There is a warm process ${process.id} already.`);
    }
  }

  change(...[id, from, change]: Parameters<WarmPool['change']>): Promise<boolean> {
    return untilUndisturbed(async () => {
      const present = await this.#read(id);
      if (present?.state !== from) return { value: false };
      const { instanceId, ...rest } = present;
      const claim = change.state === 'claimed' && instanceId !== undefined ? { instanceId } : {};
      return (await this.#replace(present, { ...withoutNulls({ ...rest, ...change }), ...claim })) ? { value: true } : undefined;
    });
  }

  async claim(kind: WarmKind, instanceId: string, now: string): Promise<WarmProcess | undefined> {
    // The list is read once: whoever loses all of it to others has found the pool empty.
    for (const candidate of await this.#readAll()) {
      if (candidate.state !== 'warm' || candidate.version !== kind.version || candidate.size !== kind.size) continue;
      const claimed: WarmProcessItem = { ...candidate, state: 'claimed', instanceId, changedAt: now };
      if (await this.#replace(candidate, claimed)) return toWarmProcess(claimed);
    }
    return undefined;
  }

  async remove(id: string, from: WarmState): Promise<boolean> {
    const { rejected } = await requested(() =>
      this.#processes
        .delete({ pool, id })
        .where(({ state }, { eq }) => eq(state, from))
        .go({ response: 'none', returnOnConditionCheckFailure: true }),
    );
    return !rejected;
  }

  async list(): Promise<WarmProcess[]> {
    return (await this.#readAll()).map(toWarmProcess);
  }

  async countLaunch(...[{ version, size }, outcome, now]: Parameters<WarmPool['countLaunch']>): Promise<void> {
    const hour = `${now.slice(0, 13)}:00:00.000Z`;
    await requested(() =>
      this.#demand
        .upsert({ pool, hour, size, version, ttl: expiresAfter(hour, demandKeptSeconds) })
        .add({ [outcome]: 1 })
        .go({ response: 'none' }),
    );
  }

  async readDemand(since: string): Promise<WarmDemand[]> {
    const { data } = await requested(() => this.#demand.query.primary({ pool }).gte({ hour: since }).go({ pages: 'all' }));
    return data.map(toWarmDemand);
  }

  async #read(id: string): Promise<WarmProcessItem | undefined> {
    const { data } = await requested(() => this.#processes.get({ pool, id }).go({ consistent: true }));
    return data ?? undefined;
  }

  /** The oldest first. */
  async #readAll(): Promise<WarmProcessItem[]> {
    const { data } = await requested(() => this.#processes.query.primary({ pool }).go({ pages: 'all', consistent: true }));
    return data.sort(byAge);
  }

  /** Stores the process in place of what was read, if that is still there. Answers whether it was. */
  async #replace(present: WarmProcessItem, next: WarmProcessItem): Promise<boolean> {
    const { rejected, data } = await requested(() =>
      this.#processes
        .put(next)
        .where(({ state, changedAt }, { eq }) => `${eq(state, present.state)} AND ${eq(changedAt, present.changedAt)}`)
        .go({ response: 'none', returnOnConditionCheckFailure: 'all_old' }),
    );
    if (!rejected) return true;
    // The SDK may have sent it twice: then the second one finds what the first one left.
    return (
      next.state === 'claimed' &&
      data?.state === 'claimed' &&
      data.instanceId === next.instanceId &&
      data.changedAt === next.changedAt
    );
  }
}

function byAge(one: WarmProcessItem, other: WarmProcessItem): number {
  if (one.createdAt !== other.createdAt) return one.createdAt < other.createdAt ? -1 : 1;
  return one.id < other.id ? -1 : 1;
}
