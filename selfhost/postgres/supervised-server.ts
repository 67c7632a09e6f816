import { setTimeout as pause } from 'node:timers/promises';
import type { PostgresBinaries } from './binaries.ts';
import { BoundedLogFile } from './bounded-log-file.ts';
import { type ClusterLayout, lastComplaint } from './cluster.ts';
import { EmbeddedPostgresError } from './errors.ts';
import { type GuardedProcess, startGuarded } from './guarded-process.ts';
import { endLeftoverServer, readPostmasterFile } from './postmaster-file.ts';
import type { ServerAccount } from './server-account.ts';
import { prepareSocketFolder } from './server-address.ts';
import { type ServerAddress, serverArguments } from './server-settings.ts';

export interface SupervisedServerOptions {
  binaries: PostgresBinaries;
  account: ServerAccount;
  layout: ClusterLayout;
  address: ServerAddress;
  logPath: string;
  serverSettings: Record<string, string>;
  /** How long a server may take until it takes connections. */
  readyWithinMilliseconds: number;
  log: (line: string) => void;
  onRestart: (reason: string) => void;
}

const logBytes = 1024 * 1024;
const readyPollMilliseconds = 5;
/** After this long without an end, the next one is treated as the first again. */
const steadyMilliseconds = 30_000;
const longestPauseMilliseconds = 5000;
/** How long each step of a shutdown may take before the next: fast, immediate, by force. */
const shutdownSteps = [
  { signal: 'SIGINT', milliseconds: 5000 },
  { signal: 'SIGQUIT', milliseconds: 3000 },
  { signal: 'SIGKILL', milliseconds: 2000 },
] as const;

/** Keeps one PostgreSQL server running in one cluster until it is told to stop. */
export class SupervisedServer {
  readonly #options: SupervisedServerOptions;
  readonly #logFile: BoundedLogFile;
  /** Ends the pause before a restart, and with it the restarting. */
  readonly #stopping = new AbortController();
  #process: GuardedProcess | undefined;
  #restarting: Promise<void> = Promise.resolve();
  #failures = 0;
  #startedAt = 0;
  #lastMessages = '';

  constructor(options: SupervisedServerOptions) {
    this.#options = options;
    this.#logFile = new BoundedLogFile(options.logPath, logBytes);
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /**
   * Starts the server and answers when it takes connections; this can wait for the recovery after a crash. Where it fails or the
   * signal gives it up, nothing runs any more.
   */
  async start(signal?: AbortSignal): Promise<void> {
    try {
      signal?.throwIfAborted();
      await this.#launch(signal);
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#restarting;
    await this.#end();
    this.#logFile.close();
  }

  async #launch(signal?: AbortSignal): Promise<void> {
    const { binaries, account, layout, address, serverSettings, readyWithinMilliseconds } = this.#options;
    await endLeftoverServer(layout.cluster);
    prepareSocketFolder(layout, account);
    this.#lastMessages = '';
    const command = [binaries.postgres, ...serverArguments(layout.cluster, address, serverSettings)];
    const server = await startGuarded(account, command, (chunk) => this.#record(chunk));
    this.#process = server;
    this.#startedAt = Date.now();
    let ended: string | undefined;
    const end = server.ended.then((reason) => {
      ended = reason;
      this.#process = undefined;
    });
    for (;;) {
      const file = readPostmasterFile(layout.cluster);
      if (file?.pid === server.pid && file.ready) break;
      await Promise.race([end, pause(readyPollMilliseconds)]);
      if (ended !== undefined) {
        throw new EmbeddedPostgresError(
          `the embedded PostgreSQL ${ended}: ${lastComplaint(this.#lastMessages)} (see ${this.#options.logPath})`,
        );
      }
      if (this.#stopping.signal.aborted) return;
      signal?.throwIfAborted();
      if (Date.now() - this.#startedAt > readyWithinMilliseconds) {
        await this.#end();
        throw new EmbeddedPostgresError(
          `the embedded PostgreSQL was not ready after ${readyWithinMilliseconds / 1000} seconds: ` +
            `${lastComplaint(this.#lastMessages)} (see ${this.#options.logPath})`,
        );
      }
    }
    void server.ended.then((reason) => {
      if (!this.#stopping.signal.aborted) this.#restarting = this.#restart(reason);
    });
  }

  /** Starts the server again until it serves: the first time at once, then after pauses that grow. Never rejects. */
  async #restart(reason: string): Promise<void> {
    if (Date.now() - this.#startedAt > steadyMilliseconds) this.#failures = 0;
    this.#options.log(`PostgreSQL ${reason}; starting it again`);
    while (!this.#stopping.signal.aborted) {
      try {
        if (this.#failures > 0) {
          const milliseconds = Math.min(longestPauseMilliseconds, 50 * 2 ** (this.#failures - 1));
          await pause(milliseconds, undefined, { signal: this.#stopping.signal });
        }
        this.#failures += 1;
        await this.#launch();
        if (!this.#stopping.signal.aborted) this.#options.onRestart(reason);
        return;
      } catch (error) {
        if (!this.#stopping.signal.aborted) this.#options.log(error instanceof Error ? error.message : String(error));
      }
    }
  }

  async #end(): Promise<void> {
    const server = this.#process;
    if (server === undefined) return;
    let running = true;
    const ended = server.ended.then(() => {
      running = false;
    });
    for (const step of shutdownSteps) {
      server.signal(step.signal);
      const timer = new AbortController();
      await Promise.race([ended, pause(step.milliseconds, undefined, { signal: timer.signal }).catch(() => {})]);
      timer.abort();
      if (!running) return;
    }
  }

  #record(chunk: Buffer): void {
    this.#lastMessages = (this.#lastMessages + chunk.toString()).slice(-4096);
    try {
      this.#logFile.write(chunk);
    } catch {
      // A full disk must not take the service down with its log; PostgreSQL itself reports what it cannot write.
    }
    // A killed backend makes the server end all others and recover in place, under the same process id.
    if (this.#process !== undefined && chunk.includes('all server processes terminated; reinitializing')) {
      this.#options.log('a PostgreSQL process died; the server recovers');
      this.#options.onRestart('lost one of its processes');
    }
  }
}
