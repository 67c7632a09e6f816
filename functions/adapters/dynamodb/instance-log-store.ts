import { logEntryMatches } from '../../domain/log-filter.ts';
import type { InstanceLogEntry, InstanceLogFilter, InstanceLogStore, Page, PageRequest } from '../../ports.ts';
import { writeAll } from './batch-write.ts';
import { createLogEntryEntity, type LogEntryEntity, toLogEntry } from './entities/log-entry.ts';
import { day, expiresAfter } from './expiry.ts';
import { readMatches } from './filtered-page.ts';
import { KeptDays } from './kept-days.ts';
import { requested } from './request.ts';
import { storableText } from './storable-text.ts';
import type { PlatformTable } from './table.ts';

const keptSeconds = 7 * day;
/** Longest texts, in UTF-16 units; an instance sends shorter ones. */
const longest = { message: 60_000, arguments: 40_000, name: 200 };
/** Names and times of a line count for so many bytes. */
const sizeOfRest = 100;
/** Requests under way at once for one batch of lines. */
const concurrency = 4;
/** Before and after all times, as keys sort. */
const firstTime = ' ';
const lastTime = '~';

/**
 * Lines of one instance are one partition, sorted by time. They expire after seven days; `prune` removes only what DynamoDB forgot to
 * delete.
 */
export class DynamoInstanceLogStore implements InstanceLogStore {
  readonly #entries: LogEntryEntity;
  readonly #keptDays: KeptDays;

  constructor(table: PlatformTable) {
    this.#entries = createLogEntryEntity(table);
    this.#keptDays = new KeptDays(table, 'logs', keptSeconds);
  }

  async append(entries: InstanceLogEntry[]): Promise<void> {
    await this.#keptDays.note(entries);
    await writeAll(entries.map(toItem), keyOf, (items) => this.#entries.put(items).go({ concurrency }));
  }

  /** A page can be shorter than was asked for, or empty, with a cursor behind it: see {@link readMatches}. */
  list(instanceId: string, filter: InstanceLogFilter, page: PageRequest): Promise<Page<InstanceLogEntry>> {
    const { from = firstTime, to = lastTime, ...rest } = filter;
    const isFiltered = Object.values(rest).some((value) => value !== undefined);
    const timeOf = (entry: InstanceLogEntry) => entry.time;
    const matches = isFiltered ? (entry: InstanceLogEntry) => logEntryMatches(entry, rest) : undefined;
    return readMatches(page, { timeOf, matches }, async (after, limit) => {
      // Both ends of a range of keys belong to it, but the entry at the position was answered before.
      const end = after === undefined || after.time >= to ? { time: to } : after;
      if (end.time < from) return { items: [], ended: true };
      const { data, cursor } = await requested(() =>
        this.#entries.query
          .primary({ instanceId })
          .between({ time: from }, end)
          .go({ limit: limit + 1, order: 'desc' }),
      );
      return { items: data.map(toLogEntry).filter(({ id }) => id !== after?.id), ended: cursor === null };
    });
  }

  prune(olderThan: string): Promise<number> {
    return this.#keptDays.prune(olderThan, async (instanceId, time) => {
      const { data } = await requested(() =>
        this.#entries.query
          .primary({ instanceId })
          .lt({ time })
          .go({ pages: 'all', attributes: ['instanceId', 'time', 'id'] }),
      );
      await this.#delete(data);
      return data.length;
    });
  }

  /** Reads the whole log, a unit for every 8 KB: to be called after thousands of new lines and not after each. */
  async trim(instanceId: string, most: { lines: number; bytes: number }): Promise<number> {
    let lines = 0;
    let bytes = 0;
    let deleted = 0;
    let cursor: string | null = null;
    do {
      const portion = await requested(() =>
        this.#entries.query
          .primary({ instanceId })
          .go({ order: 'desc', cursor, attributes: ['instanceId', 'time', 'id', 'size'] }),
      );
      const tooMuch = portion.data.filter(({ size }) => {
        lines += 1;
        bytes += size;
        return lines > most.lines || bytes > most.bytes;
      });
      await this.#delete(tooMuch);
      deleted += tooMuch.length;
      cursor = portion.cursor;
    } while (cursor !== null);
    return deleted;
  }

  async #delete(keys: readonly { instanceId: string; time: string; id: string }[]): Promise<void> {
    await writeAll(keys, keyOf, (gone) => this.#entries.delete(gone).go({ concurrency }));
  }
}

function keyOf({ instanceId, time, id }: { instanceId: string; time: string; id: string }): string {
  return `${instanceId}#${time}#${id}`;
}

function toItem({ id, instanceId, time, level, durationMs, ...texts }: InstanceLogEntry) {
  const message = storableText(texts.message, longest.message);
  const argumentsOfCall = texts.arguments === undefined ? {} : { arguments: storableText(texts.arguments, longest.arguments) };
  return {
    id,
    instanceId,
    time,
    level,
    message,
    ...(durationMs === undefined ? {} : { durationMs }),
    ...(texts.tool === undefined ? {} : { tool: storableText(texts.tool, longest.name) }),
    ...(texts.outcome === undefined ? {} : { outcome: storableText(texts.outcome, longest.name) }),
    ...(texts.requestId === undefined ? {} : { requestId: storableText(texts.requestId, longest.name) }),
    ...argumentsOfCall,
    size: Buffer.byteLength(message) + Buffer.byteLength(argumentsOfCall.arguments ?? '') + sizeOfRest,
    ttl: expiresAfter(time, keptSeconds),
  };
}
