import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { plainAddress, unansweredConnections } from './unanswered-connections.ts';

const tables = ['/proc/net/tcp', '/proc/net/tcp6'];
/**
 * With the usual first wait of 0.2 to 0.5 s these take 25 to 65 s. The keep-alive comment before them comes within 15 s, so a client
 * whose packets are dropped is gone within two minutes. Left alone, Linux goes on for about 15.
 */
const retransmitsOfTheGone = 7;

/** A stream that a client holds. */
export interface HeldOpen {
  readonly socket: Socket | null;
}

export interface VanishedClientsOptions {
  /** Milliseconds between two looks. */
  intervalMs: number;
  /** The system's tables of TCP connections, as text. Rejects where the system has none. */
  readTables?(): Promise<string[]>;
  retransmits?: number;
}

/**
 * Ends the streams of clients that have vanished without a word: whose packets are dropped, whose machine is off. Writing to such a
 * connection succeeds until its buffers are full, which keep-alive comments never do, and TCP's own keep-alive is silent while
 * something is unacknowledged. The kernel knows; where it does not tell (other systems than Linux), only full buffers do.
 */
export class VanishedClients {
  readonly #streams: Iterable<HeldOpen>;
  readonly #options: Required<VanishedClientsOptions>;
  readonly #timer: NodeJS.Timeout;
  #isLooking = false;

  constructor(streams: Iterable<HeldOpen>, options: VanishedClientsOptions) {
    this.#streams = streams;
    this.#options = { readTables, retransmits: retransmitsOfTheGone, ...options };
    this.#timer = setInterval(() => void this.look(), options.intervalMs);
    this.#timer.unref();
  }

  /** Looks once. Never rejects. */
  async look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      const texts = await this.#options.readTables();
      const gone = new Set(texts.flatMap((text) => unansweredConnections(text, this.#options.retransmits)).map(nameOf));
      if (gone.size > 0) this.#end(gone);
    } catch {
      this.stop();
    } finally {
      this.#isLooking = false;
    }
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #end(gone: ReadonlySet<string>): void {
    for (const { socket } of [...this.#streams]) {
      const { remoteAddress, remotePort, localPort } = socket ?? {};
      if (remoteAddress === undefined || remotePort === undefined || localPort === undefined) continue;
      if (gone.has(nameOf({ remoteAddress: plainAddress(remoteAddress), remotePort, localPort }))) socket?.destroy();
    }
  }
}

function nameOf({
  remoteAddress,
  remotePort,
  localPort,
}: {
  remoteAddress: string;
  remotePort: number;
  localPort: number;
}): string {
  return `${remoteAddress} ${remotePort} ${localPort}`;
}

/** A machine without IPv6 has no table for it. */
async function readTables(): Promise<string[]> {
  const [first, ...others] = tables.map((path) => readFile(path, 'latin1'));
  const rest = await Promise.all(others.map((text) => text.catch(() => '')));
  return [(await first) ?? '', ...rest];
}
