/** That one holder, and nobody else, may do something for a while. */
export interface Lease {
  /** What it is about, such as `manager`. */
  name: string;
  holder: string;
  /**
   * Grows each time the lease passes to a holder. Whoever is given work with a smaller one than it has seen refuses it: it comes from a
   * holder that does not know yet that it was replaced.
   */
  fence: number;
  /** ISO 8601 in UTC. The holder stops before; who waits may take it after. */
  expiresAt: string;
}

/**
 * Leases of the installation. Times are those of the callers' clocks, so a lease has to be much longer than clocks differ; the fence
 * is what holds where they differ more.
 */
export interface LeaseStore {
  /** Takes the lease where nobody has it, where it has expired, or where the holder has it already. `undefined` where another has it. */
  acquire(name: string, holder: string, milliseconds: number): Promise<Lease | undefined>;
  /** Makes it last so long from now. `undefined` where somebody else has taken it: the holder has to stop at once. */
  renew(lease: Lease, milliseconds: number): Promise<Lease | undefined>;
  /** Gives it up, so that the next need not wait. Nothing where somebody else has it. */
  release(lease: Lease): Promise<void>;
  /** Who has it, or had it last; `undefined` where nobody ever had. */
  find(name: string): Promise<Lease | undefined>;
}
