/** What is needed of a Redis client: the client of the package `redis` has it, and so has one of a cluster's nodes. */
export interface RedisCommands {
  /** Sends one command, its name first, and answers its reply. */
  sendCommand(command: string[]): Promise<unknown>;
}

/** Durations in milliseconds. */
export interface RedisPatience {
  /** How long a command may take. */
  commandTimeoutMs: number;
  /** How long Redis is left alone after one failed. */
  pauseMs: number;
}

const defaultPatience: RedisPatience = { commandTimeoutMs: 250, pauseMs: 1_000 };

/** Redis is away, or was a moment ago. */
export class RedisAway extends Error {
  override readonly name = 'RedisAway';
}

/**
 * Asks Redis, but waits for no answer for long: what is kept there makes routers work together, and none of it is worth holding up a
 * call. After a failure nothing is asked for a moment, so that requests do not each wait for the same time-out.
 */
export class ImpatientRedis {
  readonly #commands: RedisCommands;
  readonly #reportError: (error: unknown) => void;
  readonly #patience: RedisPatience;
  #awayUntil = 0;

  constructor(commands: RedisCommands, reportError: (error: unknown) => void, patience: Partial<RedisPatience> = {}) {
    this.#commands = commands;
    this.#reportError = reportError;
    this.#patience = { ...defaultPatience, ...patience };
  }

  /** The reply. Rejects with {@link RedisAway} where there is none in time. */
  async ask(...command: string[]): Promise<unknown> {
    if (performance.now() < this.#awayUntil) throw new RedisAway('Redis did not answer a moment ago');
    const { commandTimeoutMs, pauseMs } = this.#patience;
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('Redis took too long to answer')), commandTimeoutMs);
    });
    try {
      return await Promise.race([this.#commands.sendCommand(command), timeout]);
    } catch (error) {
      this.#awayUntil = performance.now() + pauseMs;
      // Its message can repeat the command, which holds a client's handshake.
      this.#reportError(new RedisAway(`Redis failed to answer ${command[0] ?? ''} (${nameOf(error)})`));
      throw new RedisAway('Redis is away', { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }

  /** The same, where a missing reply is no failure: `undefined` says that there is none. A key without a value is `null`. */
  async tryAsk(...command: string[]): Promise<unknown> {
    try {
      return await this.ask(...command);
    } catch {
      return undefined;
    }
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown failure';
}
