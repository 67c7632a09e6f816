import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { z } from 'zod';
import {
  heapLimitMebibytes,
  type InstanceLogLine,
  type InstanceSize,
  instanceReadySchema,
  semiSpaceLimitMebibytes,
} from '../../../core/instance-configuration.ts';
import { warmReadySchema } from '../../../core/warm-assignment.ts';
import { LaunchFailed } from '../../ports.ts';
import { exitReason, tellsOfLackOfMemory } from './exit-reason.ts';
import { LineSplitter } from './line-splitter.ts';
import { readLogLine } from './log-line.ts';
import { createRedaction } from './secret-redaction.ts';

export interface InstanceProcessOptions {
  /** Absolute path of the Node.js binary to run instances with. */
  nodePath: string;
  /** Absolute path of the folder that holds `main.js`; the only place the process may read. */
  bundleFolder: string;
  size: InstanceSize;
  /** What the program is to do. */
  command: readonly string[];
  /** What it reads as one line of JSON from its standard input. Holds the secrets. */
  input: object;
}

/** Whose process it is: where its lines go, and what must not be in them. */
export interface ProcessOwner {
  secrets: readonly string[];
  onLog(line: InstanceLogLine): void;
}

const quotedLines = 3;
/** After the process ended, its last lines are still in the pipes; they come at once, or never. */
const drainMilliseconds = 200;
/** How long the system may take to end a process by force. */
const forcedEndMilliseconds = 10_000;

/**
 * One process of one instance, from spawn to end. It is the leader of a process group of its own, so Ctrl-C in a terminal reaches
 * the platform alone, which then ends its instances in order; and it ends by itself when its standard input does, so it does not
 * outlive the platform.
 */
export class InstanceProcess {
  /** Resolves with the port once the doors listen, those of a customer or those of the pool; rejects with LaunchFailed if the process ends before. */
  readonly listening: Promise<number>;
  /** Resolves with how it ended, in words, once the process is gone and its last lines are read. Never rejects. */
  readonly ended: Promise<string>;
  readonly #child: ChildProcess;
  #onLog: (line: InstanceLogLine) => void = () => {};
  #redact: (text: string) => string = (text) => text;
  readonly #lastLines: string[] = [];
  #lackedMemory = false;
  #endIsAskedFor = false;
  #isOver = false;

  constructor(options: InstanceProcessOptions, owner: ProcessOwner) {
    this.setOwner(owner);
    this.#child = spawnInstance(options);

    const { promise: listening, resolve, reject } = Promise.withResolvers<number>();
    this.listening = listening;
    this.ended = this.#watch((line) => {
      const ready = readReadyLine(line);
      if (ready === undefined) this.#log(line);
      else resolve(ready);
    });
    this.ended.then((reason) => reject(new LaunchFailed(`The instance ${reason} before it was ready.${this.quoteLastLines()}`)));
    // Whoever launches awaits it; if they gave up before, this rejection has no other listener.
    listening.catch(() => {});

    // One line, and the pipe stays open: its end tells the instance that the platform is gone.
    this.#child.stdin?.on('error', () => {});
    this.#child.stdin?.write(`${JSON.stringify(options.input)}\n`);
  }

  /** From now on it is somebody else's; what it said before belonged to whom it belonged then. */
  setOwner({ secrets, onLog }: ProcessOwner): void {
    this.#redact = createRedaction(secrets);
    this.#onLog = onLog;
    this.#lastLines.length = 0;
  }

  /** Process id; `undefined` where the process could not even be spawned. */
  get id(): number | undefined {
    return this.#child.pid;
  }

  /** Whether somebody asked for its end, so that the end is no news. */
  get endIsAskedFor(): boolean {
    return this.#endIsAskedFor;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Whether it ended, or is about to end, because its memory did not suffice. */
  get lackedMemory(): boolean {
    return this.#lackedMemory;
  }

  /**
   * Ends the process: politely, then, after the grace, by force. Resolves when it is gone. Rejects where even force does not end it,
   * as the system cannot end a process that waits for a broken disk; it is to be ended again later.
   */
  async end(graceMilliseconds: number): Promise<void> {
    this.#endIsAskedFor = true;
    if (!this.#isOver) this.#signal(graceMilliseconds > 0 ? 'SIGTERM' : 'SIGKILL');
    const { promise: isStuck, reject } = Promise.withResolvers<never>();
    let timer = setTimeout(() => {
      this.#signal('SIGKILL');
      timer = setTimeout(() => reject(new Error(`Process ${this.id} does not end.`)), forcedEndMilliseconds);
    }, graceMilliseconds);
    await Promise.race([this.ended, isStuck]).finally(() => clearTimeout(timer));
  }

  /** The last lines it printed, redacted, as a sentence to add to a reason; empty where it printed nothing. */
  quoteLastLines(): string {
    return this.#lastLines.length === 0 ? '' : ` Its last lines: ${this.#lastLines.join(' | ')}`;
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.#isOver || this.#child.pid === undefined) return;
    try {
      // The whole group: should the process ever have children, they go with it.
      process.kill(-this.#child.pid, signal);
    } catch {
      // It is gone already.
    }
  }

  #log(line: string): void {
    const entry = readLogLine(line, this.#redact, new Date());
    this.#lackedMemory ||= tellsOfLackOfMemory(line);
    this.#lastLines.push(entry.message);
    if (this.#lastLines.length > quotedLines) this.#lastLines.shift();
    this.#onLog(entry);
  }

  async #watch(onOutputLine: (line: string) => void): Promise<string> {
    const child = this.#child;
    const streams = [
      { stream: child.stdout, lines: new LineSplitter(onOutputLine) },
      { stream: child.stderr, lines: new LineSplitter((line) => this.#log(line)) },
    ];
    for (const { stream, lines } of streams) stream?.on('data', (chunk: Buffer) => lines.push(chunk));

    const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
    const exit = await new Promise<{ code: number | null; signal: NodeJS.Signals | null } | Error>((resolve) => {
      child.once('exit', (code, signal) => resolve({ code, signal }));
      child.once('error', resolve);
    });
    this.#isOver = true;
    if (exit instanceof Error) return `could not be spawned (${(exit as NodeJS.ErrnoException).code ?? exit.name})`;

    const { promise: drained, resolve: giveUp } = Promise.withResolvers<void>();
    const timer = setTimeout(giveUp, drainMilliseconds);
    await Promise.race([closed, drained]);
    clearTimeout(timer);
    for (const { stream, lines } of streams) {
      stream?.destroy();
      lines.end();
    }
    child.stdin?.destroy();
    return exitReason({ ...exit, lackedMemory: this.#lackedMemory });
  }
}

function spawnInstance({ nodePath, bundleFolder, size, command }: InstanceProcessOptions): ChildProcess {
  const commandLine = [
    '--permission',
    // No signal may open a debugger's port: the key could be read there. --permission happens to prevent it, too; this is the promise.
    '--disable-sigusr1',
    `--allow-fs-read=${bundleFolder}`,
    `--max-old-space-size=${heapLimitMebibytes[size]}`,
    `--max-semi-space-size=${semiSpaceLimitMebibytes}`,
    join(bundleFolder, 'main.js'),
    ...command,
  ];
  return spawn(nodePath, commandLine, {
    cwd: bundleFolder,
    // Nothing of the platform's environment: it may hold secrets of the installation.
    env: { NODE_ENV: 'production', TZ: 'UTC' },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
}

const readySchema = z.union([instanceReadySchema, warmReadySchema]);

function readReadyLine(line: string): number | undefined {
  try {
    return readySchema.safeParse(JSON.parse(line)).data?.port;
  } catch {
    return undefined;
  }
}
