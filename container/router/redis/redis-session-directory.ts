import { createHash } from 'node:crypto';
import { EndedSessions } from '../sessions/ended-sessions.ts';
import { type EndingSession, MemorySessionDirectory, type SessionDirectory } from '../sessions/session-directory.ts';
import type { SessionRecord } from '../sessions/session-record.ts';
import type { ImpatientRedis } from './impatient-redis.ts';

export interface RedisSessionDirectoryOptions {
  redis: ImpatientRedis;
  /** How long a session is remembered after it was last written, in milliseconds. */
  maxAgeMs: number;
  /** Sessions that are remembered in this router too. */
  maxSessions: number;
  /** In front of all keys. */
  keyPrefix?: string;
}

/** What is kept of a session that was ended, with a space and the workspace's id behind it. A record begins with a brace. */
const ended = 'ended';
const maxUnsentEnds = 10_000;

/**
 * Writes a record unless the session was ended or belongs to somebody else.
 * KEYS: the session. ARGV: the record as JSON, its time to live, instance, workspace.
 */
const putScript = `
local present = redis.call('GET', KEYS[1])
if present and string.sub(present, 1, ${ended.length}) == '${ended}' then return '${ended}' end
if present then
  local owner = cjson.decode(present)
  if owner.instanceId ~= ARGV[3] or owner.workspaceId ~= ARGV[4] then return 'other' end
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 'put'`;

/**
 * Sessions in Redis, for several routers. What this router knows itself it keeps in memory beside: while Redis is away, its own
 * sessions go on, and those of other routers are read from their ids. An end that Redis could not be told of is told later.
 */
export class RedisSessionDirectory implements SessionDirectory {
  readonly #redis: ImpatientRedis;
  readonly #own: MemorySessionDirectory;
  readonly #maxAgeMs: string;
  readonly #keyPrefix: string;
  /** How many writes of a session are under way: until they are done, what Redis says of it is out of date. */
  readonly #writing = new Map<string, number>();
  readonly #unsentEnds = new EndedSessions(maxUnsentEnds);

  constructor({ redis, maxAgeMs, maxSessions, keyPrefix = 'smartlead-mcp:' }: RedisSessionDirectoryOptions) {
    this.#redis = redis;
    this.#own = new MemorySessionDirectory(maxSessions);
    this.#maxAgeMs = String(Math.ceil(maxAgeMs));
    this.#keyPrefix = `${keyPrefix}session:`;
  }

  async get(sessionId: string): Promise<SessionRecord | 'ended' | undefined> {
    const own = this.#own.get(sessionId);
    if (own === 'ended' || this.#writing.has(sessionId)) return own;
    const found = await this.#redis.tryAsk('GET', this.#keyOf(sessionId));
    if (found !== undefined) this.#sendUnsentEnds();
    if (typeof found !== 'string' || this.#writing.has(sessionId)) return this.#own.get(sessionId);
    if (found.startsWith(ended)) {
      this.#own.end({ id: sessionId, workspaceId: found.slice(ended.length + 1) });
      return 'ended';
    }
    const record = JSON.parse(found) as SessionRecord;
    if (own === undefined) {
      this.#own.put(record);
      return record;
    }
    return updated(own, record);
  }

  async put(record: SessionRecord): Promise<void> {
    const { id, instanceId, workspaceId } = record;
    this.#own.put(record);
    this.#writing.set(id, (this.#writing.get(id) ?? 0) + 1);
    const json = JSON.stringify(record);
    const done = await this.#redis.tryAsk('EVAL', putScript, '1', this.#keyOf(id), json, this.#maxAgeMs, instanceId, workspaceId);
    const left = (this.#writing.get(id) ?? 1) - 1;
    if (left === 0) this.#writing.delete(id);
    else this.#writing.set(id, left);
    if (done === ended) this.#own.end(record);
  }

  async end({ id, workspaceId }: EndingSession): Promise<void> {
    this.#own.end({ id, workspaceId });
    const done = await this.#redis.tryAsk('SET', this.#keyOf(id), `${ended} ${workspaceId}`, 'PX', this.#maxAgeMs);
    if (done === undefined) this.#unsentEnds.add(id, workspaceId);
  }

  /** Sessions remembered in this router. */
  get size(): number {
    return this.#own.size;
  }

  #sendUnsentEnds(): void {
    if (this.#unsentEnds.size === 0) return;
    for (const session of this.#unsentEnds.takeAll()) void this.end(session);
  }

  /** Ids can be long, and say who their client is. */
  #keyOf(sessionId: string): string {
    return this.#keyPrefix + createHash('sha256').update(sessionId).digest('base64url');
  }
}

/** The record that others here hold already, with what another router wrote. */
function updated(
  own: SessionRecord,
  { handshake, initialized, logLevel, subscriptions, incarnation }: SessionRecord,
): SessionRecord {
  own.initialized = initialized;
  setOrDelete(own, 'handshake', handshake);
  setOrDelete(own, 'logLevel', logLevel);
  setOrDelete(own, 'subscriptions', subscriptions);
  setOrDelete(own, 'incarnation', incarnation);
  return own;
}

function setOrDelete<Name extends 'handshake' | 'logLevel' | 'subscriptions' | 'incarnation'>(
  record: SessionRecord,
  name: Name,
  value: SessionRecord[Name],
): void {
  if (value === undefined) delete record[name];
  else record[name] = value;
}
