import type { InstanceLogLine } from '../../core/instance-configuration.ts';
import type { Clock, InstanceLogEntry, InstanceLogFeed, InstanceLogStore } from '../ports.ts';
import type { ReportIncident } from './lifecycle-ports.ts';
import { createLogIdentifier } from './log-identifier.ts';

const batchMilliseconds = 250;
const batchLines = 200;
/** Lines held at most: an instance that floods its log loses lines, not the platform its memory. */
const heldLines = 5000;
/** Lines held at most of one instance, so that one that floods its log loses its own lines and not those of others. */
const heldLinesOfInstance = 500;
/** What is kept of one instance's log at most; the oldest lines go first. */
export const keptOfInstance = { lines: 50_000, bytes: 20 * 1024 * 1024 };
/** After this share of new lines the log of an instance is cut to its size: seldom enough to be cheap, and soon enough. */
const trimShare = 0.1;
/** Tries to store a batch before it is given up. */
const storeAttempts = 5;

interface LogCollectorPorts {
  clock: Clock;
  logs: InstanceLogStore;
  logFeed: InstanceLogFeed;
  report: ReportIncident;
}

/** Gathers the log lines of all instances and passes them on in batches: to those who follow live, and to the store. */
export class LogCollector {
  readonly #ports: LogCollectorPorts;
  #held: InstanceLogEntry[] = [];
  /** Entries that were passed on live but could not be stored yet. */
  #unstored: InstanceLogEntry[] = [];
  #failures = 0;
  /** Lines in memory, those that are just being stored included, by instance and in all. */
  readonly #heldOf = new Map<string, number>();
  #heldInAll = 0;
  readonly #dropped = new Map<string, number>();
  /** What was stored since the log of an instance was last cut to its size. */
  readonly #grown = new Map<string, { lines: number; bytes: number }>();
  readonly #kept: { lines: number; bytes: number };
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(ports: LogCollectorPorts, kept = keptOfInstance) {
    this.#ports = ports;
    this.#kept = kept;
  }

  add(instanceId: string, line: InstanceLogLine): void {
    const held = this.#heldOf.get(instanceId) ?? 0;
    if (held >= heldLinesOfInstance || this.#heldInAll >= heldLines) {
      this.#dropped.set(instanceId, (this.#dropped.get(instanceId) ?? 0) + 1);
      return;
    }
    this.#heldOf.set(instanceId, held + 1);
    this.#heldInAll += 1;
    this.#held.push(this.#entry(instanceId, line));
    if (this.#held.length === batchLines) void this.flush();
    else this.#timer ??= setTimeout(() => void this.flush(), batchMilliseconds);
  }

  /** Passes on what is held. Resolves when it is stored or given up; never rejects. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  /** Cuts the logs of all instances that have logged since to their size. Rejects where the store fails. */
  async trimAll(): Promise<void> {
    for (const instanceId of [...this.#grown.keys()]) await this.#trim(instanceId);
  }

  async #write(): Promise<void> {
    const notes = this.#takeDropNotes();
    for (const { instanceId } of notes) this.#heldOf.set(instanceId, (this.#heldOf.get(instanceId) ?? 0) + 1);
    this.#heldInAll += notes.length;
    const fresh = [...this.#held, ...notes];
    this.#held = [];
    if (fresh.length > 0) this.#ports.logFeed.publish(fresh);
    const entries = [...this.#unstored, ...fresh];
    this.#unstored = [];
    if (entries.length > 0) await this.#store(entries);
  }

  async #store(entries: InstanceLogEntry[]): Promise<void> {
    let stored = 0;
    try {
      for (; stored < entries.length; stored += batchLines) {
        const batch = entries.slice(stored, stored + batchLines);
        await this.#ports.logs.append(batch);
        this.#letGo(batch);
        await this.#trimWhatGrew(batch);
      }
      this.#failures = 0;
    } catch (cause) {
      this.#failures += 1;
      await this.#storeByInstance(entries.slice(stored), cause);
    }
  }

  /** One instance's entries can be refused (it was deleted meanwhile); the others' must not go down with them. */
  async #storeByInstance(entries: InstanceLogEntry[], cause: unknown): Promise<void> {
    const refused: InstanceLogEntry[] = [];
    for (const group of Map.groupBy(entries, (entry) => entry.instanceId).values()) {
      try {
        await this.#ports.logs.append(group);
        this.#letGo(group);
      } catch {
        refused.push(...group);
      }
    }
    if (refused.length === 0) return;
    if (this.#failures < storeAttempts) {
      this.#unstored = refused;
      this.#timer ??= setTimeout(() => void this.flush(), batchMilliseconds * 2 ** this.#failures);
      return;
    }
    this.#failures = 0;
    this.#letGo(refused);
    this.#ports.report({ message: `${refused.length} log lines could not be stored.`, cause });
  }

  /** Never rejects: what could not be cut now is cut a little later. */
  async #trimWhatGrew(stored: readonly InstanceLogEntry[]): Promise<void> {
    for (const entry of stored) {
      const grown = this.#grown.get(entry.instanceId) ?? { lines: 0, bytes: 0 };
      grown.lines += 1;
      grown.bytes += entry.message.length + (entry.arguments?.length ?? 0);
      this.#grown.set(entry.instanceId, grown);
    }
    for (const instanceId of new Set(stored.map((entry) => entry.instanceId))) {
      const grown = this.#grown.get(instanceId);
      if (grown === undefined) continue;
      if (grown.lines < this.#kept.lines * trimShare && grown.bytes < this.#kept.bytes * trimShare) continue;
      try {
        await this.#trim(instanceId);
      } catch (cause) {
        this.#ports.report({ message: 'The log of an instance could not be cut to its size.', instanceId, cause });
      }
    }
  }

  async #trim(instanceId: string): Promise<void> {
    // Before the deletion: where it fails, the next one comes after as many further lines, and not at every line.
    this.#grown.delete(instanceId);
    await this.#ports.logs.trim(instanceId, this.#kept);
  }

  /** These are not held any more: stored, or given up. */
  #letGo(entries: readonly InstanceLogEntry[]): void {
    this.#heldInAll -= entries.length;
    for (const { instanceId } of entries) {
      const left = (this.#heldOf.get(instanceId) ?? 0) - 1;
      if (left > 0) this.#heldOf.set(instanceId, left);
      else this.#heldOf.delete(instanceId);
    }
  }

  #takeDropNotes(): InstanceLogEntry[] {
    const time = this.#ports.clock.now().toISOString();
    const notes = [...this.#dropped].map(([instanceId, count]) =>
      this.#entry(instanceId, { time, level: 'warn', message: `${count} log lines came too fast and were dropped.` }),
    );
    this.#dropped.clear();
    return notes;
  }

  #entry(instanceId: string, line: InstanceLogLine): InstanceLogEntry {
    return { ...line, id: createLogIdentifier(this.#ports.clock.now().getTime()), instanceId };
  }
}
