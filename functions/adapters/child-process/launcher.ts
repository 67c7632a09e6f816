import { generateKeyPairSync } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { InstanceLogLine } from '../../../core/instance-configuration.ts';
import { KeyedQueue } from '../../keyed-queue.ts';
import {
  type InstanceExit,
  type Launcher,
  LaunchFailed,
  type LaunchRequest,
  type RunningProcess,
  type Runtime,
  type WarmKind,
  type WarmProcess,
} from '../../ports.ts';
import { assignWarmProcess } from '../warm-pool/assign-warm-process.ts';
import { type TakeWarmProcessParts, takeWarmProcess } from '../warm-pool/take-warm-process.ts';
import { WarmAssignmentFailed } from '../warm-pool/warm-assignment-failed.ts';
import { InstanceProcess, type ProcessOwner } from './instance-process.ts';
import { isBundle } from './instance-versions.ts';
import { instanceOf, ProcessRecords, type RecordedProcess } from './process-records.ts';
import { RunTable } from './run-table.ts';
import { WarmChildProcesses } from './warm-processes.ts';

export interface ChildProcessLauncherOptions {
  /** Absolute path of the Node.js binary to run instances with. */
  nodePath: string;
  /** Absolute path of the folder that holds the present `main.js` of instances. */
  bundleFolder: string;
  /** Absolute path of the folder that holds the `main.js` of a version. Where it is missing, all launches are of the present one. */
  bundleFolderOf?: (version: string) => string | Promise<string>;
  /** Folder in which the launcher remembers what it runs, such as `.data/instances`. Made where it does not exist. */
  stateFolder: string;
  /** How long an instance may take until its doors listen. */
  readyTimeoutMilliseconds?: number;
  /** How long an instance may take to finish its calls before it is killed. */
  graceMilliseconds?: number;
  /**
   * The pool that launches of a named version take their processes from. Whoever keeps it starts them by
   * {@link ChildProcessLauncher.warmProcesses}. Where it is missing, every launch starts cold.
   */
  warmPool?: TakeWarmProcessParts;
}

/** How long the start of a warm process waits for launches that are under way. */
const longestWaitForQuiet = 5000;

interface Run {
  process: InstanceProcess;
  /** Resolves when the process has ended and nothing remembers it any more. */
  forgotten: Promise<void>;
  /** Absent until its doors listen. */
  runtime?: Runtime;
}

/**
 * Runs each instance as a process of its own on this machine, or as several where it has replicas. Launches of one instance take
 * turns; ends do not wait for them.
 */
export class ChildProcessLauncher implements Launcher {
  /** Processes without a customer, for whoever keeps the pool. */
  readonly warmProcesses: WarmChildProcesses;
  readonly #options: Required<Omit<ChildProcessLauncherOptions, 'bundleFolderOf' | 'warmPool'>> &
    Pick<ChildProcessLauncherOptions, 'bundleFolderOf' | 'warmPool'>;
  readonly #records: ProcessRecords;
  readonly #runs = new RunTable<Run>();
  readonly #turns = new KeyedQueue();
  /** Launches under way. */
  readonly #launching = new Set<Promise<Runtime>>();
  readonly #exitListeners: ((exit: InstanceExit) => void)[] = [];
  readonly #logListeners: ((instanceId: string, line: InstanceLogLine) => void)[] = [];

  constructor(options: ChildProcessLauncherOptions) {
    this.#options = { readyTimeoutMilliseconds: 10_000, graceMilliseconds: 10_000, ...options };
    this.#records = new ProcessRecords(options.stateFolder);
    this.warmProcesses = new WarmChildProcesses({
      nodePath: options.nodePath,
      signingKey: generateKeyPairSync('ed25519').privateKey,
      records: this.#records,
      bundleFolder: (version) => this.#bundleFolder(version),
      untilListening: (process) => this.#untilListening(process),
      untilQuiet: () => this.#untilQuiet(),
    });
  }

  /**
   * Kills what a platform that was itself killed left running. To be called before the first launch, and from time to time for what
   * could not be ended then. Answers the ids of the instances, and of warm processes, that were still there.
   */
  async sweepLeftovers(): Promise<string[]> {
    const swept = await Promise.all((await this.#listLeftovers()).map((leftover) => this.#records.end(leftover)));
    return swept.filter((instanceId) => instanceId !== undefined);
  }

  /** As {@link sweepLeftovers}, but rejects where one of them could not be ended. */
  async endLeftovers(): Promise<void> {
    await this.sweepLeftovers();
    const left = (await this.listLeftovers()).map(({ processId }) => processId);
    if (left.length > 0) throw new Error(`These processes of an earlier run do not end: ${left.join(', ')}.`);
  }

  /** The recorded processes that live and that this launcher did not start. */
  async listLeftovers(): Promise<(Omit<RecordedProcess, 'instanceId'> & { instanceId: string | null })[]> {
    return (await this.#listLeftovers()).map((leftover) => ({ ...leftover, instanceId: instanceOf(leftover) }));
  }

  launch(request: LaunchRequest): Promise<Runtime> {
    const { replica = 0, configuration } = request;
    const launching = this.#turns.run(configuration.instanceId, async () => {
      await end(this.#runs.get(configuration.instanceId, replica), this.#options.graceMilliseconds);
      return (await this.#startWarm(request)) ?? this.#startCold(request);
    });
    this.#launching.add(launching);
    return launching.finally(() => this.#launching.delete(launching));
  }

  async stop(instanceId: string, graceMilliseconds = this.#options.graceMilliseconds): Promise<void> {
    await this.#endInTurn(instanceId, () => this.#runs.of(instanceId), graceMilliseconds);
  }

  async stopReplica(instanceId: string, replica: number, graceMilliseconds = this.#options.graceMilliseconds): Promise<void> {
    await this.#endInTurn(instanceId, () => [this.#runs.get(instanceId, replica)], graceMilliseconds);
  }

  async list(only?: string): Promise<RunningProcess[]> {
    const list: RunningProcess[] = [];
    for (const { instanceId, replica, run } of this.#runs.all()) {
      if (only !== undefined && instanceId !== only) continue;
      if (!run.runtime || run.process.isOver) continue;
      list.push({ instanceId, ...(replica === 0 ? {} : { replica }), runtime: run.runtime });
    }
    return list;
  }

  onExit(listener: (exit: InstanceExit) => void): void {
    this.#exitListeners.push(listener);
  }

  onLog(listener: (instanceId: string, line: InstanceLogLine) => void): void {
    this.#logListeners.push(listener);
  }

  #listLeftovers(): Promise<RecordedProcess[]> {
    return this.#records.listLiving(
      (owner, replica) => this.#runs.get(owner, replica) === undefined && !this.warmProcesses.isKnown(owner),
    );
  }

  /** Ends at once, so that a launch under way is given up instead of waited for; then in turn, for a launch that was waiting. */
  async #endInTurn(instanceId: string, runs: () => (Run | undefined)[], graceMilliseconds: number): Promise<void> {
    const endAll = async () => {
      await Promise.all(runs().map((run) => end(run, graceMilliseconds)));
    };
    await endAll();
    await this.#turns.run(instanceId, endAll);
  }

  /** With a process of the pool; `undefined` where there is none for it. */
  async #startWarm(request: LaunchRequest): Promise<Runtime | undefined> {
    const { warmPool } = this.#options;
    const { configuration, size, version } = request;
    if (warmPool === undefined || version === undefined) return undefined;
    const kind: WarmKind = { version, size };
    let runtime: Runtime | undefined;
    await takeWarmProcess(warmPool, kind, configuration.instanceId, {
      assign: async (warm) => {
        runtime = await this.#assign(request, warm);
      },
      abandon: async () => {
        runtime = undefined;
        await end(this.#runs.get(configuration.instanceId, request.replica ?? 0), 0);
      },
    });
    return runtime;
  }

  async #assign(request: LaunchRequest, { id, address }: WarmProcess & { address: string }): Promise<Runtime> {
    const taken = this.warmProcesses.take(id);
    if (taken === undefined) throw new WarmAssignmentFailed('unreachable', 'it has ended');
    const { process, keys } = taken;
    process.setOwner(this.#ownerOf(request));
    return this.#runFor(request, process, async () => {
      const ended = process.ended.then((reason) => {
        throw new WarmAssignmentFailed('unreachable', `it ${reason}`);
      });
      await Promise.race([assignWarmProcess({ id, address }, { configuration: request.configuration }, keys), ended]);
      await this.warmProcesses.handedOver(id);
      return address;
    });
  }

  async #startCold(request: LaunchRequest): Promise<Runtime> {
    const { configuration, size, version } = request;
    const bundleFolder = await this.#bundleFolder(version);
    const process = new InstanceProcess(
      { nodePath: this.#options.nodePath, bundleFolder, size, command: ['serve', '--managed'], input: configuration },
      this.#ownerOf(request),
    );
    return this.#runFor(request, process, async () => `http://127.0.0.1:${await this.#untilListening(process)}`);
  }

  #ownerOf({ configuration }: LaunchRequest): ProcessOwner {
    const { instanceId, smartleadApiKey, accessToken } = configuration;
    return {
      secrets: [smartleadApiKey, accessToken],
      onLog: (line) => {
        for (const listener of this.#logListeners) listener(instanceId, line);
      },
    };
  }

  /** Makes the process known as the instance's, and waits until it has an address; where that fails, it is ended. */
  async #runFor(request: LaunchRequest, process: InstanceProcess, untilServing: () => Promise<string>): Promise<Runtime> {
    const { configuration, replica = 0, version } = request;
    const { instanceId, processes } = configuration;
    const run: Run = { process, forgotten: process.ended.then((reason) => this.#forget(instanceId, replica, run, reason)) };
    this.#runs.set(instanceId, replica, run);
    try {
      if (process.id !== undefined) await this.#records.add(instanceId, replica, process.id);
      const address = await untilServing();
      run.runtime = {
        launcher: 'child-process',
        ref: String(process.id),
        address,
        ...(version === undefined ? {} : { version }),
        ...(processes === undefined ? {} : { processes }),
      };
      return run.runtime;
    } catch (error) {
      const wasStopped = process.endIsAskedFor;
      await process.end(0);
      await run.forgotten;
      throw wasStopped ? new LaunchFailed('The instance was stopped while it started.') : error;
    }
  }

  async #bundleFolder(version: string | undefined): Promise<string> {
    const { bundleFolder, bundleFolderOf } = this.#options;
    const folder = version === undefined || bundleFolderOf === undefined ? bundleFolder : await bundleFolderOf(version);
    if (!(await isBundle(folder))) {
      throw new LaunchFailed(
        `The program of instances is not installed: there is no main.js in ${folder}. Build it and try again.`,
      );
    }
    return folder;
  }

  async #untilListening(process: InstanceProcess): Promise<number> {
    const seconds = this.#options.readyTimeoutMilliseconds / 1000;
    const abandon = new AbortController();
    const timeout = sleep(this.#options.readyTimeoutMilliseconds, undefined, { signal: abandon.signal }).then(() => {
      throw new LaunchFailed(`The instance was not ready after ${seconds} seconds.${process.quoteLastLines()}`);
    });
    timeout.catch(() => {});
    return Promise.race([process.listening, timeout]).finally(() => abandon.abort());
  }

  /** Customers first: what is started for nobody yet waits until no launch is under way. */
  async #untilQuiet(): Promise<void> {
    const deadline = performance.now() + longestWaitForQuiet;
    while (this.#launching.size > 0 && performance.now() < deadline) {
      await Promise.race([Promise.allSettled(this.#launching), sleep(100)]);
    }
  }

  async #forget(instanceId: string, replica: number, run: Run, reason: string): Promise<void> {
    // The record first: until it is gone the run stays known, so that a new launch waits and does not lose its own record.
    await this.#records.remove(instanceId, replica).catch(() => {});
    this.#runs.delete(instanceId, replica);
    if (!run.runtime || run.process.endIsAskedFor) return;
    const { ref } = run.runtime;
    const more = { ...(replica === 0 ? {} : { replica }), ...(run.process.lackedMemory ? { outOfMemory: true } : {}) };
    for (const listener of this.#exitListeners) listener({ instanceId, ref, reason, ...more });
  }
}

async function end(run: Run | undefined, graceMilliseconds: number): Promise<void> {
  await run?.process.end(graceMilliseconds);
  await run?.forgotten;
}
