import type { Clock, Lease, LeaseStore } from '../../../functions/ports.ts';

/** Leases in memory; several processes of a test can share it. */
export class InMemoryLeaseStore implements LeaseStore {
  readonly leases = new Map<string, Lease>();
  /** What the next requests fail with. */
  failure: Error | undefined;
  /** Whether requests are never answered. */
  hangs = false;
  readonly #clock: Clock;

  constructor(clock: Clock = { now: () => new Date() }) {
    this.#clock = clock;
  }

  async acquire(name: string, holder: string, milliseconds: number): Promise<Lease | undefined> {
    await this.#ask();
    const present = this.leases.get(name);
    const isFree = present === undefined || Date.parse(present.expiresAt) <= this.#clock.now().getTime();
    if (!isFree && present.holder !== holder) return undefined;
    const fence = isFree ? (present?.fence ?? 0) + 1 : present.fence;
    return this.#put({ name, holder, fence, expiresAt: this.#after(milliseconds) });
  }

  async renew(lease: Lease, milliseconds: number): Promise<Lease | undefined> {
    await this.#ask();
    const present = this.leases.get(lease.name);
    if (present?.holder !== lease.holder || present.fence !== lease.fence) return undefined;
    return this.#put({ ...present, expiresAt: this.#after(milliseconds) });
  }

  async release(lease: Lease): Promise<void> {
    await this.#ask();
    const present = this.leases.get(lease.name);
    if (present?.fence === lease.fence && present.holder === lease.holder)
      this.#put({ ...present, expiresAt: new Date(0).toISOString() });
  }

  async find(name: string): Promise<Lease | undefined> {
    return this.leases.get(name);
  }

  async #ask(): Promise<void> {
    if (this.hangs) await new Promise(() => {});
    if (this.failure) throw this.failure;
  }

  #put(lease: Lease): Lease {
    this.leases.set(lease.name, lease);
    return lease;
  }

  #after(milliseconds: number): string {
    return new Date(this.#clock.now().getTime() + milliseconds).toISOString();
  }
}
