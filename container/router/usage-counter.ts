import { setTimeout as pause } from 'node:timers/promises';
import { createIdentifier } from '../../core/identifiers.ts';
import { minuteOf, type UsageBatch, type UsageRecord, usageOutsideTools } from '../../core/usage-record.ts';
import type { RouterLimits, RouterTiming } from './options.ts';
import type { UsageSink } from './ports.ts';

/** A call that was counted; kept with the call so that a failure is counted in the same minute. */
export interface CountedCall {
  readonly instanceId: string;
  readonly workspaceId: string;
  readonly tool: string;
  readonly minute: string;
}

/** What was sent and got beside calls. */
export interface Traffic {
  bytesIn?: number;
  bytesOut?: number;
  streamSeconds?: number;
}

/** Of an ISO time, such as `2026-11-22T08`. */
const hourLength = 13;
const maxRecordsPerBatch = 1_000;
const maxToolsPerHour = 256;
/** Names that a tool of an instance can have. */
const plausibleName = /^[a-z0-9_]{1,64}$/;

/**
 * Under this name calls are counted whose tool has no possible name, and further ones once an instance's clients named more tools
 * within an hour than there can be. A client that makes names up so cannot fill the usage tables.
 */
export const furtherTools = '(other)';
/** Not names of tools, see `core/usage-record.ts`. */
export const standingStreams = usageOutsideTools.streams;
export const protocolMessages = usageOutsideTools.messages;
const isOutsideTools: ReadonlySet<string> = new Set([standingStreams, protocolMessages]);

/**
 * Counts calls and traffic per instance, tool and minute and hands them to the sink in batches. A batch keeps its id and its content until the
 * sink has taken it; what is counted meanwhile waits for the next one. So nothing is counted twice and nothing is lost while the
 * sink is down. A router that is killed loses what it had not handed over: calls of `usageFlushMs`, and streams that stand of
 * `streamUsageMs`. Memory stays bounded: beyond `maxUsageRecords` further minutes are counted into the present one.
 */
export class UsageCounter {
  readonly #sink: UsageSink;
  readonly #maxRecords: number;
  readonly #sinkTimeoutMs: number;
  readonly #timer: NodeJS.Timeout;
  #beforeHandOver: (isLast: boolean) => void = () => {};
  /** Names counted in the present hour, by instance. */
  readonly #toolsByInstance = new Map<string, Set<string>>();
  #hourOfTools = '';
  #records = new Map<string, Required<UsageRecord>>();
  #unsent: UsageBatch[] = [];
  #sending: Promise<boolean> | undefined;
  #minute = '';
  #minuteEndsAt = 0;
  calls = 0;
  errors = 0;
  failedFlushes = 0;

  constructor(sink: UsageSink, limits: RouterLimits, timing: RouterTiming) {
    this.#sink = sink;
    this.#maxRecords = limits.maxUsageRecords;
    this.#sinkTimeoutMs = timing.usageSinkTimeoutMs;
    this.#timer = setInterval(() => void this.flush(), timing.usageFlushMs);
    this.#timer.unref();
  }

  /** Counts a call that is being handed to the instance. */
  called(instanceId: string, workspaceId: string, tool: string): CountedCall {
    this.calls += 1;
    const minute = this.#presentMinute();
    const call = { instanceId, workspaceId, tool: this.#countedName(instanceId, tool, minute), minute };
    this.#recordOf(call).calls += 1;
    return call;
  }

  /** Counts that a call ended in an error or without an answer. */
  failed(call: CountedCall): void {
    this.errors += 1;
    this.#recordOf(call).errors += 1;
  }

  /** Counts bytes and seconds for the tool, which may be one of {@link usageOutsideTools}. */
  traffic({ instanceId, workspaceId }: { instanceId: string; workspaceId: string }, tool: string, counts: Traffic): void {
    const minute = this.#presentMinute();
    const name = isOutsideTools.has(tool) ? tool : this.#countedName(instanceId, tool, minute);
    const record = this.#recordOf({ instanceId, workspaceId, tool: name, minute });
    record.bytesIn += counts.bytesIn ?? 0;
    record.bytesOut += counts.bytesOut ?? 0;
    record.streamSeconds += counts.streamSeconds ?? 0;
  }

  /** Lets the listener count what goes on, such as open streams, before counts are handed over; and all of it before the last time. */
  onHandOver(listener: (isLast: boolean) => void): void {
    this.#beforeHandOver = listener;
  }

  /** Records that the sink has not taken yet. */
  get pendingRecords(): number {
    return this.#records.size + this.#unsent.reduce((sum, batch) => sum + batch.records.length, 0);
  }

  /** Sends what was counted so far. Answers whether the sink has taken everything. */
  flush(): Promise<boolean> {
    this.#sending ??= this.#send().finally(() => {
      this.#sending = undefined;
    });
    return this.#sending;
  }

  /** Stops the timer and tries until everything is taken or the time is up. Answers whether nothing is left. */
  async close(deadlineMs: number): Promise<boolean> {
    clearInterval(this.#timer);
    this.#beforeHandOver(true);
    const deadline = performance.now() + deadlineMs;
    for (;;) {
      const timeLeft = Math.max(0, deadline - performance.now());
      const flushed = await Promise.race([this.flush(), pause(timeLeft, undefined, { ref: false })]);
      if (flushed === true && this.pendingRecords === 0) return true;
      if (performance.now() >= deadline) return false;
      if (flushed !== true) await pause(Math.min(100, Math.max(0, deadline - performance.now())));
    }
  }

  async #send(): Promise<boolean> {
    this.#beforeHandOver(false);
    let hasTaken = false;
    for (;;) {
      if (this.#unsent.length === 0 && !hasTaken) {
        // Also after batches that the sink did not take before: what was counted meanwhile does not wait another interval.
        this.#unsent = this.#takeBatches();
        hasTaken = true;
      }
      const batch = this.#unsent[0];
      if (batch === undefined) return true;
      try {
        await this.#apply(batch);
      } catch {
        // The same batch goes again at the next flush: the sink may have taken it although we did not hear so.
        this.failedFlushes += 1;
        return false;
      }
      this.#unsent.shift();
    }
  }

  async #apply(batch: UsageBatch): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('the usage sink took too long')), this.#sinkTimeoutMs);
    });
    try {
      await Promise.race([this.#sink.apply(batch), timeout]);
    } finally {
      clearTimeout(timer);
    }
  }

  #takeBatches(): UsageBatch[] {
    const records = [...this.#records.values()];
    this.#records = new Map();
    const batches: UsageBatch[] = [];
    for (let start = 0; start < records.length; start += maxRecordsPerBatch) {
      batches.push({ batchId: createIdentifier('batch'), records: records.slice(start, start + maxRecordsPerBatch) });
    }
    return batches;
  }

  #recordOf(call: CountedCall): Required<UsageRecord> {
    const key = `${call.instanceId} ${call.tool} ${call.minute}`;
    let record = this.#records.get(key);
    if (record === undefined) {
      const { instanceId, workspaceId, tool, minute } = call;
      record = { instanceId, workspaceId, tool, minute, calls: 0, errors: 0, bytesIn: 0, bytesOut: 0, streamSeconds: 0 };
      this.#records.set(key, record);
    }
    return record;
  }

  #presentMinute(): string {
    const now = Date.now();
    const isNewMinute = now >= this.#minuteEndsAt || now < this.#minuteEndsAt - 60_000;
    if (this.#minute === '' || (isNewMinute && this.#records.size < this.#maxRecords)) {
      this.#minute = minuteOf(new Date(now));
      this.#minuteEndsAt = Date.parse(this.#minute) + 60_000;
    }
    return this.#minute;
  }

  #countedName(instanceId: string, tool: string, minute: string): string {
    if (!plausibleName.test(tool)) return furtherTools;
    const hour = minute.slice(0, hourLength);
    if (hour !== this.#hourOfTools) {
      this.#hourOfTools = hour;
      this.#toolsByInstance.clear();
    }
    let tools = this.#toolsByInstance.get(instanceId);
    if (tools === undefined) {
      tools = new Set();
      this.#toolsByInstance.set(instanceId, tools);
    }
    if (!tools.has(tool)) {
      if (tools.size >= maxToolsPerHour) return furtherTools;
      tools.add(tool);
    }
    return tool;
  }
}
