import type { Lease, LeaseStore } from '../../../functions/ports.ts';

/** Leases in memory; several processes of a test can share it. */
export class InMemoryLeaseStore implements LeaseStore {
  readonly leases = new Map<string, Lease>();
  /** What the next requests fail with. */
  failure: Error | undefined;
  /** Requests that are never answered. */
  hangs = false;

  async acquire(name: string, holder: string, milliseconds: number): Promise<Lease | undefined> {
    await this.#ask();
    const present = this.leases.get(name);
    const isFree = present === undefined || Date.parse(present.expiresAt) <= Date.now();
    if (!isFree && present.holder !== holder) return undefined;
    return this.#put({ name, holder, fence: (present?.fence ?? 0) + 1, expiresAt: after(milliseconds) });
  }

  async renew(lease: Lease, milliseconds: number): Promise<Lease | undefined> {
    await this.#ask();
    const present = this.leases.get(lease.name);
    if (present?.holder !== lease.holder || present.fence !== lease.fence) return undefined;
    return this.#put({ ...present, expiresAt: after(milliseconds) });
  }

  async release(lease: Lease): Promise<void> {
    await this.#ask();
    const present = this.leases.get(lease.name);
    if (present?.fence === lease.fence) this.#put({ ...present, expiresAt: after(-1) });
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
}

function after(milliseconds: number): string {
  return new Date(Date.now() + milliseconds).toISOString();
}
