import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ForwardedAnswer, MessageToForward, SessionHolder } from '../sessions/session-holder.ts';
import type { SessionRecord } from '../sessions/session-record.ts';
import { forwardMessage } from './forward-message.ts';
import { HopListener } from './hop-listener.ts';
import type { ImpatientRedis } from './impatient-redis.ts';
import { readSignedAddress, signAddress } from './signed-address.ts';

export interface RedisSessionHolderOptions {
  redis: ImpatientRedis;
  /** Signs the routers' addresses. The same at every router of the installation, and secret; that of session ids will do. */
  key: Buffer;
  /** Sign the addresses of routers that were started before, or after, a rotation. */
  otherKeys?: readonly Buffer[];
  routerId: string;
  /** How long a forwarded message may wait for its answer, in milliseconds. */
  answerTimeoutMs: number;
  /** How often the router says that it lives; it is taken to be gone after three times as long. */
  heartbeatMs?: number;
  keyPrefix?: string;
}

/** Forgets the holder of a session, unless another router has become it since. KEYS: the session. ARGV: the router. */
const releaseScript = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`;
/** Renewed by every heartbeat; a session whose router died is forgotten after this. */
const holderMs = 60_000;
const maxLastSaid = 20_000;

/**
 * The hop between routers: each says in Redis under which private address it takes messages from the others, with a secret that it
 * makes at its start, and which sessions' streams it holds.
 */
export class RedisSessionHolder implements SessionHolder {
  readonly #redis: ImpatientRedis;
  readonly #key: Buffer;
  readonly #keys: readonly Buffer[];
  readonly #routerId: string;
  readonly #answerTimeoutMs: number;
  readonly #heartbeatMs: number;
  readonly #keyPrefix: string;
  readonly #held = new Set<string>();
  readonly #listener = new HopListener();
  /** What Redis said last of holders and routers. */
  readonly #lastSaid = new Map<string, string>();
  #mistrustedUntil = 0;
  #heart: NodeJS.Timeout | undefined;

  constructor(options: RedisSessionHolderOptions) {
    this.#redis = options.redis;
    this.#key = options.key;
    this.#keys = [options.key, ...(options.otherKeys ?? [])];
    this.#routerId = options.routerId;
    this.#answerTimeoutMs = options.answerTimeoutMs;
    this.#heartbeatMs = options.heartbeatMs ?? 5_000;
    this.#keyPrefix = options.keyPrefix ?? 'smartlead-mcp:';
  }

  /**
   * Takes messages from other routers from now on, and gives them to the handler like a client's own.
   * @param host Address on the network that the routers share, on which nobody else is.
   */
  async listen(handle: (request: IncomingMessage, response: ServerResponse) => void, host: string, port = 0): Promise<void> {
    await this.#listener.listen(handle, host, port);
    await this.#beat();
    this.#heart = setInterval(() => void this.#beat(), this.#heartbeatMs);
    this.#heart.unref();
  }

  hold(sessionId: string): void {
    this.#held.add(sessionId);
    void this.#sayHeld(sessionId);
  }

  release(sessionId: string): void {
    this.#held.delete(sessionId);
    void this.#redis.tryAsk('EVAL', releaseScript, '1', this.#sessionKey(sessionId), this.#routerId);
  }

  async forward(record: SessionRecord, message: MessageToForward): Promise<ForwardedAnswer | undefined> {
    if (this.#listener.isForwarded(message.request) || this.#held.has(record.id)) return undefined;
    const holder = await this.#read(this.#sessionKey(record.id));
    if (holder === undefined || holder === this.#routerId) return undefined;
    const said = await this.#read(this.#routerKey(holder));
    const address = said === undefined ? undefined : readSignedAddress(holder, said, this.#keys);
    return address === undefined ? undefined : forwardMessage(address, message, this.#answerTimeoutMs);
  }

  /** Takes no more messages and says so. */
  async close(): Promise<void> {
    clearInterval(this.#heart);
    await this.#redis.tryAsk('DEL', this.#routerKey(this.#routerId));
    await this.#listener.close();
  }

  /**
   * What Redis says; what it said last, while it is away and for as long after it as the others may take to tell it again: it may have
   * come back empty.
   */
  async #read(key: string): Promise<string | undefined> {
    const found = await this.#redis.tryAsk('GET', key);
    if (found === undefined) this.#mistrustedUntil = performance.now() + 2 * this.#heartbeatMs;
    if (typeof found !== 'string') return performance.now() < this.#mistrustedUntil ? this.#lastSaid.get(key) : undefined;
    this.#lastSaid.delete(key);
    this.#lastSaid.set(key, found);
    if (this.#lastSaid.size > maxLastSaid) {
      const oldest = this.#lastSaid.keys().next();
      if (!oldest.done) this.#lastSaid.delete(oldest.value);
    }
    return found;
  }

  async #beat(): Promise<void> {
    const address = this.#listener.address;
    if (address === undefined) return;
    const aliveMs = String(3 * this.#heartbeatMs);
    const text = signAddress(this.#routerId, address, this.#key);
    const said = await this.#redis.tryAsk('SET', this.#routerKey(this.#routerId), text, 'PX', aliveMs);
    if (said === undefined) {
      this.#mistrustedUntil = performance.now() + 2 * this.#heartbeatMs;
      return;
    }
    // In one go: thousands of streams are few commands' worth of time for Redis.
    await Promise.all(Array.from(this.#held, (sessionId) => this.#sayHeld(sessionId)));
  }

  async #sayHeld(sessionId: string): Promise<void> {
    await this.#redis.tryAsk('SET', this.#sessionKey(sessionId), this.#routerId, 'PX', String(holderMs));
  }

  #routerKey(routerId: string): string {
    return `${this.#keyPrefix}router:${routerId}`;
  }

  #sessionKey(sessionId: string): string {
    return `${this.#keyPrefix}holder:${createHash('sha256').update(sessionId).digest('base64url')}`;
  }
}
