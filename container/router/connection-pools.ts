import { Pool } from 'undici';

/**
 * Pools of connections, one for each address, kept while there are connections or requests. What undici's `Agent` is, without what it
 * does for other schemes and for limits of origins: five microseconds less a request.
 */
export class ConnectionPools {
  readonly #options: Pool.Options;
  readonly #pools = new Map<string, Pool>();

  constructor(options: Pool.Options) {
    this.#options = options;
  }

  /** @param address Base URL, such as `http://127.0.0.1:43121`. */
  to(address: string): Pool {
    return this.#pools.get(address) ?? this.#open(address);
  }

  /** Addresses that there is a pool for. */
  get size(): number {
    return this.#pools.size;
  }

  /** Cuts all connections. */
  async destroy(): Promise<void> {
    const pools = [...this.#pools.values()];
    this.#pools.clear();
    await Promise.all(pools.map((pool) => pool.destroy()));
  }

  #open(address: string): Pool {
    const pool = new Pool(address, this.#options);
    const closeIfUnused = () => {
      const { connected, size } = pool.stats;
      if (connected > 0 || size > 0 || this.#pools.get(address) !== pool) return;
      // Processes come at ever new ports: what belongs to those that are gone would add up.
      this.#pools.delete(address);
      void pool.close();
    };
    pool.on('disconnect', closeIfUnused).on('connectionError', closeIfUnused);
    this.#pools.set(address, pool);
    return pool;
  }
}
