import { setTimeout as sleep } from 'node:timers/promises';
import type { InstanceLogLine } from '../../../core/instance-configuration.ts';
import { KeyedQueue } from '../../keyed-queue.ts';
import { type InstanceExit, type Launcher, LaunchFailed, type LaunchRequest, type Runtime } from '../../ports.ts';
import { InstanceProcess } from './instance-process.ts';
import { ProcessRecords } from './process-records.ts';

export interface ChildProcessLauncherOptions {
  /** Absolute path of the Node.js binary to run instances with. */
  nodePath: string;
  /** Absolute path of the folder that holds the instance's `main.js`. */
  bundleFolder: string;
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

/** Runs each instance as a process of its own on this machine. */
export class ChildProcessLauncher implements Launcher {
  readonly #options: Required<ChildProcessLauncherOptions>;
  readonly #records: ProcessRecords;
  readonly #runs = new Map<string, Run>();
  readonly #turns = new KeyedQueue();
  readonly #exitListeners: ((exit: InstanceExit) => void)[] = [];
  readonly #logListeners: ((instanceId: string, line: InstanceLogLine) => void)[] = [];

  constructor(options: ChildProcessLauncherOptions) {
    this.#options = { readyTimeoutMilliseconds: 10_000, graceMilliseconds: 10_000, ...options };
    this.#records = new ProcessRecords(options.stateFolder);
  }

  /**
   * Kills what a platform that was itself killed left running. To be called once, before the first launch. Answers the ids of the
   * instances that were still there.
   */
  sweepLeftovers(): Promise<string[]> {
    return this.#records.sweep();
  }

  launch(request: LaunchRequest): Promise<Runtime> {
    const { instanceId } = request.configuration;
    return this.#turns.run(instanceId, async () => {
      await this.#end(instanceId, this.#options.graceMilliseconds);
      return this.#start(request);
    });
  }

  async stop(instanceId: string, graceMilliseconds = this.#options.graceMilliseconds): Promise<void> {
    // At once, so that a launch under way is given up instead of waited for; then in turn, for a launch that was waiting.
    await this.#end(instanceId, graceMilliseconds);
    await this.#turns.run(instanceId, () => this.#end(instanceId, graceMilliseconds));
  }

  async list(): Promise<{ instanceId: string; runtime: Runtime }[]> {
    const list: { instanceId: string; runtime: Runtime }[] = [];
    for (const [instanceId, { process, runtime }] of this.#runs) {
      if (runtime && !process.isOver) list.push({ instanceId, runtime });
    }
    return list;
  }

  onExit(listener: (exit: InstanceExit) => void): void {
    this.#exitListeners.push(listener);
  }

  onLog(listener: (instanceId: string, line: InstanceLogLine) => void): void {
    this.#logListeners.push(listener);
  }

  async #start(request: LaunchRequest): Promise<Runtime> {
    const { instanceId } = request.configuration;
    const process = new InstanceProcess(request, {
      nodePath: this.#options.nodePath,
      bundleFolder: this.#options.bundleFolder,
      onLog: (line) => {
        for (const listener of this.#logListeners) listener(instanceId, line);
      },
    });
    const run: Run = { process, forgotten: process.ended.then((reason) => this.#forget(instanceId, run, reason)) };
    this.#runs.set(instanceId, run);
    try {
      if (process.id !== undefined) await this.#records.add(instanceId, process.id);
      const port = await this.#untilListening(process);
      run.runtime = { launcher: 'child-process', ref: String(process.id), address: `http://127.0.0.1:${port}` };
      return run.runtime;
    } catch (error) {
      const wasStopped = process.endIsAskedFor;
      await process.end(0);
      await run.forgotten;
      throw wasStopped ? new LaunchFailed('The instance was stopped while it started.') : error;
    }
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

  async #end(instanceId: string, graceMilliseconds: number): Promise<void> {
    const run = this.#runs.get(instanceId);
    await run?.process.end(graceMilliseconds);
    await run?.forgotten;
  }

  async #forget(instanceId: string, run: Run, reason: string): Promise<void> {
    // The record first: until it is gone the run stays known, so that a new launch waits and does not lose its own record.
    await this.#records.remove(instanceId).catch(() => {});
    this.#runs.delete(instanceId);
    if (!run.runtime || run.process.endIsAskedFor) return;
    for (const listener of this.#exitListeners) listener({ instanceId, ref: run.runtime.ref, reason });
  }
}
