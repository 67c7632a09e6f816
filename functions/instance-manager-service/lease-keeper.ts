import { setTimeout as pause } from 'node:timers/promises';
import type { Lease, LeaseStore } from '../ports.ts';

export interface LeaseKeeperOptions {
  leases: LeaseStore;
  name: string;
  holder: string;
  report(failure: { message: string; cause: unknown }): void;
  /** How long the lease lasts without renewal: as long as nobody works where its holder dies. */
  lastsMilliseconds?: number;
  renewalMilliseconds?: number;
}

/** By so much the clock of another process may be ahead, and so long may a step take that was begun before the lease was lost. */
const marginMilliseconds = 3_000;

/**
 * Keeps a lease: waits until it is had, renews it, and says at once when it is lost, which it is, too, where nobody could be asked for as
 * long as it lasts. The time is taken from a clock that does not jump.
 */
export class LeaseKeeper {
  readonly #options: Required<LeaseKeeperOptions>;
  readonly #lost = new AbortController();
  readonly #released = new AbortController();
  #lease: Lease | undefined;
  #renewing: Promise<void> = Promise.resolve();

  constructor(options: LeaseKeeperOptions) {
    this.#options = { lastsMilliseconds: 20_000, renewalMilliseconds: 5_000, ...options };
  }

  /** Aborted when the lease is lost. Not where it is released. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** Resolves when this process has the lease, and keeps it from then on. Answers `false` where the signal came first. */
  async acquire(signal: AbortSignal): Promise<boolean> {
    const { leases, name, holder, lastsMilliseconds, renewalMilliseconds, report } = this.#options;
    while (!signal.aborted) {
      const asked = performance.now();
      try {
        this.#lease = await leases.acquire(name, holder, lastsMilliseconds);
      } catch (cause) {
        report({ message: 'The lease of the manager could not be asked for; tried again.', cause });
      }
      if (this.#lease !== undefined) {
        this.#renewing = this.#renew(this.#lease, asked);
        return true;
      }
      await pause(renewalMilliseconds, undefined, { signal }).catch(() => {});
    }
    return false;
  }

  /** Gives the lease up, so that another process has it at once. Never rejects. */
  async release(): Promise<void> {
    this.#released.abort();
    await this.#renewing;
    if (this.#lease === undefined || this.#lost.signal.aborted) return;
    try {
      await this.#options.leases.release(this.#lease);
    } catch (cause) {
      this.#options.report({ message: 'The lease of the manager could not be given up; it ends by itself.', cause });
    }
  }

  /** @param since When the lease was asked for that is had, by `performance.now()`. */
  async #renew(lease: Lease, since: number): Promise<void> {
    const { leases, lastsMilliseconds, renewalMilliseconds, report } = this.#options;
    const { signal } = this.#released;
    let present: Lease | undefined = lease;
    for (let renewedAt = since; present !== undefined && !signal.aborted; ) {
      const end = renewedAt + lastsMilliseconds - marginMilliseconds;
      await pause(Math.max(0, Math.min(renewalMilliseconds, end - performance.now())), undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      const asked = performance.now();
      try {
        const renewed: Lease | 'late' | undefined = await Promise.race([
          leases.renew(present, lastsMilliseconds),
          pause(Math.max(0, end - asked), 'late' as const, { ref: false }),
        ]);
        if (renewed === 'late') break;
        present = renewed;
        this.#lease = renewed ?? lease;
        renewedAt = asked;
      } catch (cause) {
        report({ message: 'The lease of the manager could not be renewed; tried again.', cause });
        if (performance.now() >= end) break;
      }
    }
    if (!signal.aborted) this.#lost.abort();
  }
}
