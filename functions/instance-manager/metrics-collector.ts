import { setTimeout as pause } from 'node:timers/promises';
import { createIdentifier } from '../../core/identifiers.ts';
import { type Counters, growthOf, noCounters } from '../domain/metrics/counter-growth.ts';
import { stepOf } from '../domain/metrics/metric-range.ts';
import { addTotals, emptyTotals } from '../domain/metrics/metric-totals.ts';
import { KeyedQueue } from '../keyed-queue.ts';
import type {
  Clock,
  InstanceActivityReader,
  InstanceMetricRow,
  InstanceMetricStore,
  InstanceMetricTotals,
  Launcher,
  MetricStep,
  ProcessReader,
  ProcessReading,
  Runtime,
} from '../ports.ts';
import { forEachConcurrently } from './every-instance.ts';
import type { LifecycleObserver } from './lifecycle-observer.ts';
import type { ReportIncident } from './lifecycle-ports.ts';

const steps: readonly MetricStep[] = ['minute', 'hour'];
const concurrentReadings = 8;
/** How long the end of an instance waits for its last reading. */
const lastReadingMilliseconds = 250;
/** Rows kept for a store that is away: what runs now comes before what ran an hour ago. */
const mostUnstored = 5_000;

export interface MetricsCollectorPorts {
  clock: Clock;
  launcher: Pick<Launcher, 'list'>;
  reader: ProcessReader;
  /** Where it is missing, streams are not counted. */
  activity?: InstanceActivityReader;
  store: InstanceMetricStore;
  report: ReportIncident;
}

export interface MetricsCollectorOptions {
  /**
   * What is read during a minute is stored in one go when the minute is over, because every write costs money; a collector that is killed
   * loses up to a minute. Otherwise, as usual, it is stored after every reading.
   */
  storesWholeMinutes?: boolean;
}

/** A process that was read, and what it said then. */
interface KnownProcess {
  instanceId: string;
  counters: Counters;
  memoryBytes: number | null;
  rateLimitRemaining: number | null;
  readAt: number;
}

/**
 * Keeps how each running instance does, by minute and by hour. It reads all running processes together now and then; an instance
 * that does not run costs it nothing. What processes count only grows until they end, so growth is what is kept: nothing is lost
 * where a reading fails, and nothing is counted twice where one is repeated.
 */
export class MetricsCollector implements LifecycleObserver {
  readonly #ports: MetricsCollectorPorts;
  readonly #startedAt: number;
  readonly #processes = new Map<string, KnownProcess>();
  /** One reading of a process at a time, or an earlier one could come later. */
  readonly #readings = new KeyedQueue();
  readonly #rows = new Map<string, Map<MetricStep, InstanceMetricRow>>();
  /** Rows that changed since they were stored, by id. */
  #unstored = new Map<string, InstanceMetricRow>();
  #failures = 0;
  readonly #storesWholeMinutes: boolean;
  #storedMinute: string;

  constructor(ports: MetricsCollectorPorts, { storesWholeMinutes = false }: MetricsCollectorOptions = {}) {
    this.#ports = ports;
    this.#storesWholeMinutes = storesWholeMinutes;
    this.#storedMinute = stepOf('minute', ports.clock.now().getTime());
    this.#startedAt = ports.clock.now().getTime();
  }

  /** Reads everything that runs, and stores what is new. Never rejects. */
  async collect(): Promise<void> {
    // Before anything is added to the minute that has begun.
    if (this.#storesWholeMinutes) await this.#storeWholeMinutes();
    try {
      const running = await this.#ports.launcher.list();
      const present = new Set(running.map(({ instanceId, runtime }) => processName(instanceId, runtime)));
      for (const name of this.#processes.keys()) if (!present.has(name)) this.#processes.delete(name);
      await forEachConcurrently(iterate(running), concurrentReadings, ({ instanceId, runtime }) =>
        this.#read(instanceId, runtime),
      );
      await this.#countStreams(new Set(running.map(({ instanceId }) => instanceId)));
    } catch (cause) {
      this.#ports.report({ message: 'The metrics of running instances could not be read.', cause });
    }
    if (!this.#storesWholeMinutes) await this.#store();
  }

  async #storeWholeMinutes(): Promise<void> {
    const minute = stepOf('minute', this.#now());
    if (minute === this.#storedMinute) return;
    this.#storedMinute = minute;
    await this.#store();
  }

  /**
   * Reads an instance that is about to be ended once more, so that its last seconds are not lost. One that does not answer is not
   * waited for. Never rejects.
   */
  async readLast(instanceId: string): Promise<void> {
    try {
      const running = await this.#ports.launcher.list(instanceId);
      const readings = running.map(({ runtime }) => this.#read(instanceId, runtime));
      await Promise.race([Promise.all(readings), pause(lastReadingMilliseconds, undefined, { ref: false })]);
    } catch (cause) {
      this.#ports.report({ message: 'The last metrics of an instance could not be read.', instanceId, cause });
    }
  }

  died(instanceId: string): void {
    this.#add(instanceId, { ...emptyTotals(), restarts: 1 });
  }

  woke(instanceId: string, milliseconds: number): void {
    this.#add(instanceId, { ...emptyTotals(), wakes: 1, wakeMilliseconds: milliseconds });
  }

  /** Stores what is not stored yet. Never rejects. */
  async close(): Promise<void> {
    await this.#store();
  }

  #read(instanceId: string, runtime: Runtime): Promise<void> {
    const name = processName(instanceId, runtime);
    return this.#readings.run(name, async () => {
      const reading = await this.#ports.reader.readProcess(runtime);
      if (reading !== undefined) this.#countReading(name, instanceId, reading);
    });
  }

  #countReading(name: string, instanceId: string, { live, tools }: ProcessReading): void {
    const now = this.#now();
    const known = this.#processes.get(name);
    const counters: Counters = { uptimeSeconds: live.uptimeSeconds, cpuSeconds: live.cpuSeconds ?? 0, tools };
    const rateLimitRemaining = live.rateLimit?.remaining ?? null;
    const { memoryBytes } = live;
    this.#processes.set(name, { instanceId, counters, memoryBytes, rateLimitRemaining, readAt: now });
    const age = (live.uptimeSeconds ?? 0) * 1000;
    // What a process counted before this collector was there was somebody else's to keep.
    const wasThereBefore = known === undefined && (live.uptimeSeconds === null || now - age < this.#startedAt);
    const growth = growthOf(wasThereBefore ? counters : (known?.counters ?? noCounters), counters);
    const others = [...this.#processes.values()].filter((process) => process.instanceId === instanceId);
    // The processes of an instance are read one after the other: its time is counted once, with the first of them.
    const isFirst = others[0] === this.#processes.get(name);
    const watched = known === undefined ? (wasThereBefore ? 0 : Math.min(age, now - this.#startedAt)) : now - known.readAt;
    this.#add(instanceId, {
      ...emptyTotals(),
      watchedSeconds: isFirst ? watched / 1000 : 0,
      cpuSeconds: growth.cpuSeconds,
      memoryBytes: sumOf(others.map((process) => process.memoryBytes)),
      rateLimitRemaining,
      tools: growth.tools,
    });
  }

  async #countStreams(instanceIds: ReadonlySet<string>): Promise<void> {
    const { activity } = this.#ports;
    if (activity === undefined) return;
    for (const instanceId of instanceIds) {
      const { streams } = await activity.read(instanceId);
      this.#add(instanceId, { ...emptyTotals(), streams });
    }
  }

  #add(instanceId: string, added: InstanceMetricTotals): void {
    const rows = this.#rows.get(instanceId) ?? new Map<MetricStep, InstanceMetricRow>();
    this.#rows.set(instanceId, rows);
    const now = this.#now();
    for (const step of steps) {
      const time = stepOf(step, now);
      let row = rows.get(step);
      if (row?.time !== time) {
        row = { ...emptyTotals(), id: createIdentifier('batch', now), instanceId, step, time };
        rows.set(step, row);
      }
      addTotals(row, added);
      this.#unstored.set(row.id, row);
    }
  }

  async #store(): Promise<void> {
    const rows = [...this.#unstored.values()];
    this.#unstored = new Map();
    try {
      // Rows go on growing while they are being stored.
      if (rows.length > 0) await this.#ports.store.put(structuredClone(rows));
      this.#failures = 0;
    } catch (cause) {
      this.#failures += 1;
      const newest = [...rows.filter((row) => !this.#unstored.has(row.id)), ...this.#unstored.values()].slice(-mostUnstored);
      this.#unstored = new Map(newest.map((row) => [row.id, row]));
      if (this.#failures === 1) this.#ports.report({ message: 'Metrics could not be stored; tried again shortly.', cause });
    }
    this.#forgetWhatRests();
  }

  /** An instance that does not run and has nothing left to store costs no memory. */
  #forgetWhatRests(): void {
    const running = new Set([...this.#processes.values()].map(({ instanceId }) => instanceId));
    for (const [instanceId, rows] of this.#rows) {
      const isStored = [...rows.values()].every((row) => !this.#unstored.has(row.id));
      if (isStored && !running.has(instanceId)) this.#rows.delete(instanceId);
    }
  }

  #now(): number {
    return this.#ports.clock.now().getTime();
  }
}

/** A process identifier can be used again, an address too, but hardly both together. */
function processName(instanceId: string, { ref, address }: Runtime): string {
  return `${instanceId} ${ref} ${address}`;
}

function sumOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
}

async function* iterate<Item>(items: readonly Item[]): AsyncGenerator<Item, void, undefined> {
  yield* items;
}
