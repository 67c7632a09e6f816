import type { ImpatientRedis } from './impatient-redis.ts';

export interface HeldSessionsOptions {
  redis: ImpatientRedis;
  routerId: string;
  /** The key under which Redis keeps the holder of a session. */
  keyOf(sessionId: string): string;
  /** Redis names another router for a session that is held here: it has said later that it holds it. */
  onNamedElsewhere(sessionId: string, routerId: string): void;
}

/** Forgets the holder of a session, unless another router has become it since. KEYS: the session. ARGV: the router. */
const releaseScript = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`;
/**
 * Says again who holds the sessions, unless another router has said so since. KEYS: the sessions. ARGV: the router, for how long.
 * Answers, in turn, the places of sessions that others hold, from 1, and these others.
 */
const renewScript = `
local others = {}
for place, key in ipairs(KEYS) do
  local holder = redis.call('GET', key)
  if holder and holder ~= ARGV[1] then
    others[#others + 1] = place
    others[#others + 1] = holder
  else redis.call('SET', key, ARGV[1], 'PX', ARGV[2]) end
end
return others`;
/** Renewed by every heartbeat; a session whose router died is forgotten after this. */
const holderMs = '60000';
/** Nobody else waits for Redis for longer than a moment. */
const renewedAtOnce = 500;
const retryMs = 250;

/** The sessions whose streams hang at this router, and what Redis says of them. Whoever says it last holds a session. */
export class HeldSessions {
  readonly #options: HeldSessionsOptions;
  /** Whether Redis has been told of each. */
  readonly #isTold = new Map<string, boolean>();
  #retry: NodeJS.Timeout | undefined;

  constructor(options: HeldSessionsOptions) {
    this.#options = options;
  }

  /** Says that this router holds the session from now on, again and again until Redis has taken it. */
  hold(sessionId: string): void {
    this.#isTold.set(sessionId, false);
    void this.#tell(sessionId);
  }

  /** The stream is cut. Whether the client comes back here nobody knows; until then Redis keeps what it was told, for a while. */
  keep(sessionId: string): void {
    this.#isTold.delete(sessionId);
  }

  release(sessionId: string): void {
    const { redis, routerId, keyOf } = this.#options;
    this.#isTold.delete(sessionId);
    void redis.tryAsk('EVAL', releaseScript, '1', keyOf(sessionId), routerId);
  }

  /** Says it again of all: Redis forgets it after a while, or has come back empty. */
  async renew(): Promise<void> {
    const told = Array.from(this.#isTold).flatMap(([sessionId, isTold]) => (isTold ? [sessionId] : []));
    for (let start = 0; start < told.length; start += renewedAtOnce) {
      if (!(await this.#renew(told.slice(start, start + renewedAtOnce)))) return;
    }
  }

  close(): void {
    clearTimeout(this.#retry);
    this.#isTold.clear();
  }

  /** Answers whether Redis was there. */
  async #renew(sessionIds: readonly string[]): Promise<boolean> {
    const { redis, routerId, keyOf, onNamedElsewhere } = this.#options;
    const keys = sessionIds.map(keyOf);
    const others = await redis.tryAsk('EVAL', renewScript, String(keys.length), ...keys, routerId, holderMs);
    if (!Array.isArray(others)) return others !== undefined;
    for (let index = 0; index < others.length; index += 2) {
      const sessionId = sessionIds[Number(others[index]) - 1];
      if (sessionId !== undefined && this.#isTold.get(sessionId) === true) onNamedElsewhere(sessionId, String(others[index + 1]));
    }
    return true;
  }

  async #tell(sessionId: string): Promise<void> {
    const { redis, routerId, keyOf } = this.#options;
    const said = await redis.tryAsk('SET', keyOf(sessionId), routerId, 'PX', holderMs);
    if (!this.#isTold.has(sessionId)) return;
    if (said !== undefined) this.#isTold.set(sessionId, true);
    else if (this.#retry === undefined) {
      this.#retry = setTimeout(this.#tellAgain, retryMs);
      this.#retry.unref();
    }
  }

  readonly #tellAgain = (): void => {
    this.#retry = undefined;
    for (const [sessionId, isTold] of this.#isTold) if (!isTold) void this.#tell(sessionId);
  };
}
