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
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(ports: LogCollectorPorts) {
    this.#ports = ports;
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
