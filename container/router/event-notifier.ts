import type { ClientConnection, RouterEvents } from './ports.ts';

type InstanceFailureEvent = Parameters<NonNullable<RouterEvents['instanceFailed']>>[0];

const maxRememberedTokens = 10_000;
const failureToldMs = 1_000;
const maxRememberedFailures = 1_000;

/** Tells the platform what happened, without ever waiting for it or failing with it. */
export class EventNotifier {
  readonly #events: RouterEvents;
  readonly #tokenUsedMs: number;
  readonly #reportError: (error: unknown) => void;
  /** When each token's use was last told. */
  readonly #toldAt = new Map<string, number>();
  /** When a failure of each process was last told, by address. */
  readonly #failureToldAt = new Map<string, number>();

  constructor(events: RouterEvents, tokenUsedMs: number, reportError: (error: unknown) => void) {
    this.#events = events;
    this.#tokenUsedMs = tokenUsedMs;
    this.#reportError = reportError;
  }

  clientConnected(connection: ClientConnection): void {
    this.#tell(() => this.#events.clientConnected(connection));
  }

  tokenUsed(tokenId: string): void {
    const now = Date.now();
    const toldAt = this.#toldAt.get(tokenId);
    if (toldAt !== undefined && now - toldAt < this.#tokenUsedMs && now >= toldAt) return;
    this.#toldAt.delete(tokenId);
    if (this.#toldAt.size >= maxRememberedTokens) {
      const oldest = this.#toldAt.keys().next();
      if (!oldest.done) this.#toldAt.delete(oldest.value);
    }
    this.#toldAt.set(tokenId, now);
    this.#tell(() => this.#events.tokenUsed(tokenId, new Date(now).toISOString()));
  }

  /** A process of the instance failed. A storm of failures of one process is told once a second. */
  instanceFailed(failure: InstanceFailureEvent): void {
    if (this.#events.instanceFailed === undefined) return;
    const now = performance.now();
    const toldAt = this.#failureToldAt.get(failure.address);
    if (toldAt !== undefined && now - toldAt < failureToldMs) return;
    if (this.#failureToldAt.size >= maxRememberedFailures) this.#failureToldAt.clear();
    this.#failureToldAt.set(failure.address, now);
    this.#tell(() => this.#events.instanceFailed?.(failure));
  }

  #tell(call: () => void | Promise<void>): void {
    try {
      const told = call();
      if (told instanceof Promise) told.catch(this.#reportError);
    } catch (error) {
      this.#reportError(error);
    }
  }
}
