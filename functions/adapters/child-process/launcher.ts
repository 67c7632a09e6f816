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
} from '../../ports.ts';
import { InstanceProcess } from './instance-process.ts';
import { isBundle } from './instance-versions.ts';
import { ProcessRecords, type RecordedProcess } from './process-records.ts';
import { RunTable } from './run-table.ts';

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
}

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
  readonly #options: Required<Omit<ChildProcessLauncherOptions, 'bundleFolderOf'>> &
    Pick<ChildProcessLauncherOptions, 'bundleFolderOf'>;
  readonly #records: ProcessRecords;
  readonly #runs = new RunTable<Run>();
  readonly #turns = new KeyedQueue();
  readonly #exitListeners: ((exit: InstanceExit) => void)[] = [];
  readonly #logListeners: ((instanceId: string, line: InstanceLogLine) => void)[] = [];

  constructor(options: ChildProcessLauncherOptions) {
    this.#options = { readyTimeoutMilliseconds: 10_000, graceMilliseconds: 10_000, ...options };
    this.#records = new ProcessRecords(options.stateFolder);
  }

  /**
   * Kills what a platform that was itself killed left running. To be called before the first launch, and from time to time for what
   * could not be ended then. Answers the ids of the instances that were still there.
   */
  async sweepLeftovers(): Promise<string[]> {
    const swept = await Promise.all((await this.listLeftovers()).map((leftover) => this.#records.end(leftover)));
    return swept.filter((instanceId) => instanceId !== undefined);
  }

  /** As {@link sweepLeftovers}, but rejects where one of them could not be ended. */
  async endLeftovers(): Promise<void> {
    await this.sweepLeftovers();
    const left = (await this.listLeftovers()).map(({ processId }) => processId);
    if (left.length > 0) throw new Error(`These processes of an earlier run do not end: ${left.join(', ')}.`);
  }

  /** The recorded processes that live and that this launcher did not start. */
  listLeftovers(): Promise<RecordedProcess[]> {
    return this.#records.listLiving((instanceId, replica) => this.#runs.get(instanceId, replica) === undefined);
  }

  launch(request: LaunchRequest): Promise<Runtime> {
    const { replica = 0, configuration } = request;
    return this.#turns.run(configuration.instanceId, async () => {
      await end(this.#runs.get(configuration.instanceId, replica), this.#options.graceMilliseconds);
      return this.#start(request);
    });
  }

  async stop(instanceId: string, graceMilliseconds = this.#options.graceMilliseconds): Promise<void> {
    await this.#endInTurn(instanceId, () => this.#runs.of(instanceId), graceMilliseconds);
  }

  async stopReplica(instanceId: string, replica: number, graceMilliseconds = this.#options.graceMilliseconds): Promise<void> {
    await this.#endInTurn(instanceId, () => [this.#runs.get(instanceId, replica)], graceMilliseconds);
  }

  async list(): Promise<RunningProcess[]> {
    const list: RunningProcess[] = [];
    for (const { instanceId, replica, run } of this.#runs.all()) {
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

  /** Ends at once, so that a launch under way is given up instead of waited for; then in turn, for a launch that was waiting. */
  async #endInTurn(instanceId: string, runs: () => (Run | undefined)[], graceMilliseconds: number): Promise<void> {
    const endAll = async () => {
      await Promise.all(runs().map((run) => end(run, graceMilliseconds)));
    };
    await endAll();
    await this.#turns.run(instanceId, endAll);
  }

  async #start(request: LaunchRequest): Promise<Runtime> {
    const { configuration, replica = 0, version } = request;
    const { instanceId, processes } = configuration;
    const process = new InstanceProcess(request, {
      nodePath: this.#options.nodePath,
      bundleFolder: await this.#bundleFolder(version),
      onLog: (line) => {
        for (const listener of this.#logListeners) listener(instanceId, line);
      },
    });
    const run: Run = { process, forgotten: process.ended.then((reason) => this.#forget(instanceId, replica, run, reason)) };
    this.#runs.set(instanceId, replica, run);
    try {
      if (process.id !== undefined) await this.#records.add(instanceId, replica, process.id);
      const port = await this.#untilListening(process);
      run.runtime = {
        launcher: 'child-process',
        ref: String(process.id),
        address: `http://127.0.0.1:${port}`,
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
