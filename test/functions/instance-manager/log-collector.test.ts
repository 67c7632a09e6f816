import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MemoryLogFeed } from '../../../functions/adapters/memory/log-feed.ts';
import { LogCollector } from '../../../functions/instance-manager/log-collector.ts';
import type { InstanceLogEntry } from '../../../functions/ports.ts';
import { InMemoryInstanceLogStore } from '../in-memory/instance-log-store.ts';

class Store extends InMemoryInstanceLogStore {
  readonly batches: InstanceLogEntry[][] = [];
  refuses: (entries: InstanceLogEntry[]) => boolean = () => false;

  override async append(entries: InstanceLogEntry[]): Promise<void> {
    if (this.refuses(entries)) throw new Error('refused');
    this.batches.push(entries);
  }

  get messages(): string[] {
    return this.batches.flat().map((entry) => `${entry.instanceId} ${entry.message}`);
  }
}

let logs: Store;
let incidents: string[];
let collector: LogCollector;
const feed = new MemoryLogFeed();
const add = (instanceId: string, message: string) =>
  collector.add(instanceId, { time: '2026-11-22T08:00:00.000Z', level: 'info', message });

beforeEach(() => {
  vi.useFakeTimers();
  logs = new Store();
  incidents = [];
  const clock = { now: () => new Date() };
  collector = new LogCollector({ clock, logs, logFeed: feed, report: ({ message }) => void incidents.push(message) });
});
afterEach(() => void vi.useRealTimers());

describe('the log collector', () => {
  it('stores after a quarter of a second, or at once when 200 lines wait', async () => {
    add('a', '1');
    await vi.advanceTimersByTimeAsync(249);
    expect(logs.batches).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(logs.messages).toEqual(['a 1']);
    for (let line = 0; line < 200; line += 1) add('a', 'x');
    await vi.advanceTimersByTimeAsync(0);
    expect(logs.messages).toHaveLength(201);
  });

  it('bounds what it holds, and says how much it dropped', async () => {
    logs.append = () => new Promise(() => {});
    const live: string[] = [];
    feed.subscribe('a', (entry) => live.push(entry.message));
    for (let line = 0; line < 20_000; line += 1) add('a', 'x');
    await vi.advanceTimersByTimeAsync(1000);
    expect(live).toHaveLength(501);
    expect(live.at(-1)).toBe('19500 log lines came too fast and were dropped.');
  });

  it('lets a flood of one instance drop no line of another, and tells the flooder once how many it lost', async () => {
    let store = () => {};
    const append = logs.append.bind(logs);
    logs.append = async (entries) => {
      await new Promise<void>((resolve) => {
        store = resolve;
      });
      await append(entries);
    };
    for (let line = 0; line < 20_000; line += 1) add('noisy', 'x');
    await vi.advanceTimersByTimeAsync(1000);
    for (let line = 0; line < 20_000; line += 1) add('noisy', 'x');
    for (let line = 0; line < 10; line += 1) add('quiet', String(line));
    for (let batch = 0; batch < 20; batch += 1) {
      store();
      await vi.advanceTimersByTimeAsync(1000);
    }
    expect(logs.messages.filter((message) => message.startsWith('quiet'))).toHaveLength(10);
    const notes = logs.messages.filter((message) => message.includes('dropped'));
    expect(notes).toEqual([
      'noisy 19500 log lines came too fast and were dropped.',
      'noisy 20000 log lines came too fast and were dropped.',
    ]);
    add('noisy', 'heard again');
    await vi.advanceTimersByTimeAsync(250);
    store();
    await vi.advanceTimersByTimeAsync(0);
    expect(logs.messages.at(-1)).toBe('noisy heard again');
  });

  it('loses nothing while the store is away for a moment, and stores nothing twice', async () => {
    let failures = 4;
    logs.refuses = () => failures-- > 0;
    for (let line = 0; line < 450; line += 1) add('a', String(line));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(logs.messages).toEqual(Array.from({ length: 450 }, (_, line) => `a ${line}`));
    expect(incidents).toEqual([]);
  });

  it('lets no instance lose lines because another was deleted', async () => {
    logs.refuses = (entries) => entries.some((entry) => entry.instanceId === 'deleted');
    for (let line = 0; line < 3; line += 1) {
      add('a', String(line));
      add('deleted', String(line));
    }
    await vi.advanceTimersByTimeAsync(60_000);
    expect(logs.messages).toEqual(['a 0', 'a 1', 'a 2']);
    expect(incidents).toEqual(['3 log lines could not be stored.']);
  });

  it('cuts the log of an instance to its size after a tenth of new lines, and only then', async () => {
    const trimmed: string[] = [];
    logs.trim = async (instanceId) => {
      trimmed.push(instanceId);
      return 0;
    };
    const clock = { now: () => new Date() };
    collector = new LogCollector({ clock, logs, logFeed: feed, report: () => {} }, { lines: 100, bytes: 10_000 });
    for (let line = 0; line < 9; line += 1) add('a', 'x');
    await vi.advanceTimersByTimeAsync(1000);
    expect(trimmed).toEqual([]);
    add('a', 'x');
    add('b', 'y'.repeat(1000));
    add('c', 'x');
    await vi.advanceTimersByTimeAsync(1000);
    expect(trimmed).toEqual(['a', 'b']);
    await collector.trimAll();
    expect(trimmed).toEqual(['a', 'b', 'c']);
  });
});
