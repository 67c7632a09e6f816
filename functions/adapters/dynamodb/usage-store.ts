import { createWriteTransaction } from 'electrodb';
import { ProblemError } from '../../../core/problem.ts';
import type { UsageBatch } from '../../../core/usage-record.ts';
import type { UsageRow, UsageStore } from '../../ports.ts';
import { createUsageBatchEntity, createUsageEntity, type UsageItem } from './entities/usage.ts';
import { day, expiresAfter } from './expiry.ts';
import { requested } from './request.ts';
import type { PlatformTable } from './table.ts';
import { writeTogether } from './transaction.ts';
import { countBatch, type UsageCount } from './usage-counts.ts';
import { divideSpan, startOf, type UsageSpan } from './usage-steps.ts';

/** As long as the API promises. */
const keptSeconds = 92 * day;
/** A batch of counts is sent again within seconds or, from a dead-letter queue, within two weeks. */
const batchesKeptSeconds = 15 * day;
/** A transaction takes a hundred writes; one of them says that it was made. */
const countsOfPart = 99;
/** Reads of one question, 1 MB or some 4,000 items each. */
const mostReads = 100;

type UsageQuery = Parameters<UsageStore['read']>[1];

/** Counts by workspace and step, sorted by time: what is asked for by day is read from some days, not from thousands of minutes. */
export class DynamoUsageStore implements UsageStore {
  readonly #entities: {
    usage: ReturnType<typeof createUsageEntity>;
    batch: ReturnType<typeof createUsageBatchEntity>;
  };

  constructor(table: PlatformTable) {
    this.#entities = { usage: createUsageEntity(table), batch: createUsageBatchEntity(table) };
  }

  /** In parts, each of which is counted once by itself: a batch that broke off is completed when it comes again. */
  async apply({ batchId, records }: UsageBatch): Promise<void> {
    const counts = countBatch(records);
    for (let start = 0, part = 0; start < counts.length; start += countsOfPart, part += 1) {
      await this.#add(batchId, part, counts.slice(start, start + countsOfPart));
    }
  }

  /** Rejects with ProblemError `invalid-input` where the question takes more reads than one request may cost. */
  async read(workspaceId: string, query: UsageQuery): Promise<UsageRow[]> {
    const { limit = Number.POSITIVE_INFINITY } = query;
    const rows: UsageRow[] = [];
    let group = new Map<string, UsageRow>();
    const finishGroup = () => {
      rows.push(...[...group].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, row]) => row));
      group = new Map();
    };
    let present = '';
    for await (const item of this.#items(workspaceId, query)) {
      const time = startOf(query.step, item.time);
      if (time !== present) finishGroup();
      if (rows.length >= limit) break;
      present = time;
      const key = `${item.instanceId}#${item.tool}`;
      group.set(key, added(group.get(key), item, time));
    }
    finishGroup();
    return rows.slice(0, limit);
  }

  async #add(batchId: string, part: number, counts: readonly UsageCount[]): Promise<void> {
    // Refused where the part was counted before: then there is nothing to do.
    await writeTogether(() =>
      createWriteTransaction(this.#entities, (entities) => [
        entities.batch.create({ batchId, part, ttl: expiresAfter(new Date().toISOString(), batchesKeptSeconds) }).commit(),
        ...counts.map(({ calls, errors, bytesIn, bytesOut, streamSeconds, ...key }) =>
          entities.usage
            .upsert({ ...key, ttl: expiresAfter(key.time, keptSeconds) })
            .add({ calls, errors, bytesIn, bytesOut, streamSeconds })
            .commit(),
        ),
      ]),
    );
  }

  /** In the order of their times. */
  async *#items(workspaceId: string, { from, to, step, instanceId }: UsageQuery): AsyncGenerator<UsageItem, void, undefined> {
    let reads = 0;
    for (const span of divideSpan({ from, to }, step)) {
      let cursor: string | null = null;
      do {
        reads += 1;
        if (reads > mostReads) throw tooMuch();
        const portion = await this.#readPortion(workspaceId, span, instanceId, cursor);
        yield* portion.data;
        cursor = portion.cursor;
      } while (cursor !== null);
    }
  }

  #readPortion(
    workspaceId: string,
    { step, from, to }: UsageSpan,
    instanceId: string | undefined,
    cursor: string | null,
  ): Promise<{ data: UsageItem[]; cursor: string | null }> {
    return requested(() =>
      this.#entities.usage.query
        .primary({ workspaceId, step })
        .between({ time: from }, { time: to })
        .where((item, { eq }) => (instanceId === undefined ? '' : eq(item.instanceId, instanceId)))
        .go({ cursor }),
    );
  }
}

function added(row: UsageRow | undefined, item: UsageItem, time: string): UsageRow {
  return {
    ...{ instanceId: item.instanceId, tool: item.tool, time },
    calls: (row?.calls ?? 0) + (item.calls ?? 0),
    errors: (row?.errors ?? 0) + (item.errors ?? 0),
    bytesIn: (row?.bytesIn ?? 0) + (item.bytesIn ?? 0),
    bytesOut: (row?.bytesOut ?? 0) + (item.bytesOut ?? 0),
    streamSeconds: (row?.streamSeconds ?? 0) + (item.streamSeconds ?? 0),
  };
}

function tooMuch(): ProblemError {
  const message = 'asks for more than can be counted at once; take a longer step or a later "from"';
  return new ProblemError('invalid-input', { errors: [{ path: 'step', message }] });
}
