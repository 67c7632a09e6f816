import type { RouterAddress } from './hop-request.ts';
import type { ImpatientRedis } from './impatient-redis.ts';
import { readSignedAddress, signAddress } from './signed-address.ts';

export interface OtherRoutersOptions {
  redis: ImpatientRedis;
  /** Signs the routers' addresses. */
  key: Buffer;
  otherKeys: readonly Buffer[];
  routerId: string;
  /** How long a router is taken to live after it has said so, in milliseconds. */
  aliveMs: number;
  keyPrefix: string;
}

/** A router that Redis did not name so often in a row is gone. Once is too little: a Redis that was restarted is empty at first. */
const mostMissed = 3;

/**
 * Where the routers of the installation are. Each says it in Redis again and again, and learns of the others; while Redis is away, those
 * that were there before still find each other.
 */
export class OtherRouters {
  readonly #options: OtherRoutersOptions;
  readonly #keys: readonly Buffer[];
  readonly #setKey: string;
  readonly #known = new Map<string, { address: RouterAddress; missed: number }>();

  constructor(options: OtherRoutersOptions) {
    this.#options = options;
    this.#keys = [options.key, ...options.otherKeys];
    this.#setKey = `${options.keyPrefix}routers`;
  }

  /** All that are known. */
  get addresses(): RouterAddress[] {
    return Array.from(this.#known.values(), ({ address }) => address);
  }

  /** Says that this router lives, and learns of the others. Answers whether Redis could be told. */
  async announce(address: RouterAddress): Promise<boolean> {
    const { redis, routerId, key, aliveMs } = this.#options;
    const text = signAddress(routerId, address, key);
    const said = await redis.tryAsk('SET', this.#addressKey(routerId), text, 'PX', String(aliveMs));
    if (said === undefined) return false;
    await redis.tryAsk('SADD', this.#setKey, routerId);
    const named = await redis.tryAsk('SMEMBERS', this.#setKey);
    if (!Array.isArray(named)) return true;
    const others = new Set(named.map(String));
    others.delete(routerId);
    await Promise.all(Array.from(others, (other) => this.#look(other)));
    for (const other of this.#known.keys()) if (!others.has(other)) this.#miss(other);
    return true;
  }

  /** Says that this router is gone. */
  async withdraw(): Promise<void> {
    const { redis, routerId } = this.#options;
    await redis.tryAsk('DEL', this.#addressKey(routerId));
    await redis.tryAsk('SREM', this.#setKey, routerId);
  }

  /** Where that router is; `undefined` where it is gone, or nobody knows. */
  async find(routerId: string): Promise<RouterAddress | undefined> {
    const known = this.#known.get(routerId);
    if (known !== undefined) return known.address;
    const text = await this.#options.redis.tryAsk('GET', this.#addressKey(routerId));
    return typeof text === 'string' ? readSignedAddress(routerId, text, this.#keys) : undefined;
  }

  async #look(other: string): Promise<void> {
    const { redis } = this.#options;
    const text = await redis.tryAsk('GET', this.#addressKey(other));
    if (text === undefined) return;
    const address = typeof text === 'string' ? readSignedAddress(other, text, this.#keys) : undefined;
    if (address !== undefined) this.#known.set(other, { address, missed: 0 });
    else {
      this.#miss(other);
      if (!this.#known.has(other)) await redis.tryAsk('SREM', this.#setKey, other);
    }
  }

  #miss(other: string): void {
    const known = this.#known.get(other);
    if (known === undefined) return;
    known.missed += 1;
    if (known.missed >= mostMissed) this.#known.delete(other);
  }

  #addressKey(routerId: string): string {
    return `${this.#options.keyPrefix}router:${routerId}`;
  }
}
