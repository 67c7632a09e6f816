import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { type Refusal, refusals } from '../refusal.ts';
import type { ClientQuestion } from '../sessions/parked-report.ts';
import type {
  ForwardedAnswer,
  LocalSessions,
  MessageToForward,
  OthersReports,
  SessionHolder,
  StreamPlace,
} from '../sessions/session-holder.ts';
import type { SessionRecord } from '../sessions/session-record.ts';
import { HeldSessions } from './held-sessions.ts';
import { HopListener } from './hop-listener.ts';
import type { RouterAddress } from './hop-request.ts';
import type { ImpatientRedis } from './impatient-redis.ts';
import { OtherRouter, type RouterPatience } from './other-router.ts';
import { OtherRouters } from './other-routers.ts';

export interface RedisSessionHolderOptions {
  redis: ImpatientRedis;
  /** Signs the routers' addresses. The same at every router of the installation, and secret; that of session ids will do. */
  key: Buffer;
  /** Sign the addresses of routers that were started before, or after, a rotation. */
  otherKeys?: readonly Buffer[];
  routerId: string;
  /** How long a forwarded message may wait for its answer, in milliseconds. */
  answerTimeoutMs: number;
  /** How long another router may take for what it answers from memory, in milliseconds. */
  questionMs?: number;
  /** How often the router says that it lives; it is taken to be gone after three times as long. */
  heartbeatMs?: number;
  /** How long a message waits while nobody can tell which router has its session, in milliseconds. */
  searchMs?: number;
  /** How long the others may take to say which of their sessions a client could mean that is back, in milliseconds. */
  recogniseMs?: number;
  keyPrefix?: string;
}

/** Pause between two looks for the router that has a session. */
const searchPauseMs = 250;

/** What Redis says of a session's holder. */
interface NamedHolder {
  router: OtherRouter | undefined;
  /** Whether it answered at all. */
  isKnown: boolean;
}

/**
 * The hop between routers: each says in Redis under which private address it takes messages from the others, with a secret that it
 * makes at its start, and which sessions' streams it holds. What Redis says of a session is where to look first: it may not have heard
 * yet, or be away. Then the routers ask each other.
 */
export class RedisSessionHolder implements SessionHolder {
  readonly #redis: ImpatientRedis;
  readonly #routerId: string;
  readonly #patience: RouterPatience;
  readonly #heartbeatMs: number;
  readonly #searchMs: number;
  readonly #recogniseMs: number;
  readonly #keyPrefix: string;
  readonly #listener = new HopListener();
  readonly #others: OtherRouters;
  readonly #held: HeldSessions;
  #sessions: LocalSessions | undefined;
  #heart: NodeJS.Timeout | undefined;

  constructor(options: RedisSessionHolderOptions) {
    const { redis, key, otherKeys = [], routerId, heartbeatMs = 5_000, keyPrefix = 'smartlead-mcp:' } = options;
    this.#redis = redis;
    this.#routerId = routerId;
    this.#patience = { answerTimeoutMs: options.answerTimeoutMs, questionMs: options.questionMs };
    this.#heartbeatMs = heartbeatMs;
    this.#searchMs = options.searchMs ?? 10_000;
    this.#recogniseMs = options.recogniseMs ?? 300;
    this.#keyPrefix = keyPrefix;
    this.#others = new OtherRouters({ redis, key, otherKeys, routerId, aliveMs: 3 * heartbeatMs, keyPrefix });
    this.#held = new HeldSessions({
      ...{ redis, routerId },
      keyOf: (sessionId) => this.#sessionKey(sessionId),
      onNamedElsewhere: (sessionId, other) => void this.#settle(sessionId, other),
    });
  }

  /**
   * Takes messages from other routers from now on, and gives them to the handler like a client's own.
   * @param host Address on the network that the routers share, on which nobody else is.
   */
  async listen(handle: (request: IncomingMessage, response: ServerResponse) => void, host: string, port = 0): Promise<void> {
    await this.#listener.listen(handle, host, port);
    await this.beat();
    this.#heart = setInterval(() => void this.beat(), this.#heartbeatMs);
    this.#heart.unref();
  }

  /** Says that this router lives and what it holds, and learns of the others. Never rejects. */
  async beat(): Promise<void> {
    const { address } = this.#listener;
    if (address !== undefined && (await this.#others.announce(address))) await this.#held.renew();
  }

  attend(sessions: LocalSessions): void {
    this.#sessions = sessions;
    this.#listener.attend(sessions);
  }

  hold(sessionId: string): void {
    this.#held.hold(sessionId);
  }

  keep(sessionId: string): void {
    this.#held.keep(sessionId);
  }

  release(sessionId: string): void {
    this.#held.release(sessionId);
  }

  isForwarded(request: IncomingMessage): boolean {
    return this.#listener.isForwarded(request);
  }

  async forward({ id }: SessionRecord, message: MessageToForward): Promise<ForwardedAnswer | Refusal | undefined> {
    const deadline = performance.now() + this.#searchMs;
    for (;;) {
      const named = await this.#namedHolder(id);
      const answer = (await named.router?.forward(message)) ?? (await this.#forwardToAny(id, message));
      if (answer !== undefined) return answer;
      if (named.isKnown || this.#isHere(id)) return undefined;
      if (performance.now() >= deadline) return refusals.streamNotFound;
      await pause(searchPauseMs, undefined, { ref: false });
      if (this.#isHere(id)) return undefined;
    }
  }

  async findStreams(sessionIds: readonly string[]): Promise<ReadonlyMap<string, StreamPlace>> {
    const streams = new Map<string, StreamPlace>();
    const ask = async (router: OtherRouter) => {
      const present = await router.presence(sessionIds);
      for (const [index, sessionId] of sessionIds.entries()) {
        const found = present[index];
        if (found?.kind === 'stream') streams.set(sessionId, { router, after: found.after });
      }
    };
    await Promise.all(this.#others.addresses.map((address) => ask(this.#routerAt(address))));
    return streams;
  }

  get hasOthers(): boolean {
    return this.#others.addresses.length > 0;
  }

  async askFor(client: ClientQuestion): Promise<OthersReports> {
    const timeout = new AbortController();
    const late = pause(this.#recogniseMs, 'unknown' as const, { ref: false, signal: timeout.signal });
    late.catch(() => {});
    const ask = async (address: RouterAddress) => {
      const router = this.#routerAt(address);
      return { router, report: await Promise.race([router.reportFor(client), late]) };
    };
    const all = await Promise.all(this.#others.addresses.map(ask));
    timeout.abort();
    return {
      reports: all.flatMap(({ router, report }) => (typeof report === 'string' ? [] : [{ router, report }])),
      isComplete: all.every(({ report }) => report !== 'unknown'),
    };
  }

  /** Takes no more messages and says so. */
  async close(): Promise<void> {
    clearInterval(this.#heart);
    this.#held.close();
    await this.#others.withdraw();
    await this.#listener.close();
  }

  async #namedHolder(sessionId: string): Promise<NamedHolder> {
    const holder = await this.#redis.tryAsk('GET', this.#sessionKey(sessionId));
    if (typeof holder !== 'string' || holder === this.#routerId) return { router: undefined, isKnown: holder !== undefined };
    const address = await this.#others.find(holder);
    return { router: address === undefined ? undefined : this.#routerAt(address), isKnown: true };
  }

  /** Asks all other routers for the session: the one that holds its stream gets the message, or one that keeps it. */
  async #forwardToAny(sessionId: string, message: MessageToForward): Promise<ForwardedAnswer | undefined> {
    const routers = this.#others.addresses.map((address) => this.#routerAt(address));
    const present = await Promise.all(routers.map((router) => router.presence([sessionId])));
    for (const wanted of ['stream', 'kept']) {
      for (const [index, router] of routers.entries()) {
        const answer = present[index]?.[0]?.kind === wanted ? await router.forward(message) : undefined;
        if (answer !== undefined) return answer;
      }
    }
    return undefined;
  }

  /**
   * Two routers take themselves for the holder of a session's stream: a client can have left the one here without a word. What Redis
   * says can be out of date, so the other one is asked.
   */
  async #settle(sessionId: string, other: string): Promise<void> {
    const address = await this.#others.find(other);
    const [present] = address === undefined ? [] : await this.#routerAt(address).presence([sessionId]);
    if (!this.#isHere(sessionId)) return;
    if (present?.kind === 'stream') this.#sessions?.onNewerStream(sessionId);
    else this.#held.hold(sessionId);
  }

  /** Whether the session's stream hangs at this router. */
  #isHere(sessionId: string): boolean {
    return this.#sessions?.presence(sessionId).kind === 'stream';
  }

  #routerAt(address: RouterAddress): OtherRouter {
    return new OtherRouter(address, this.#patience);
  }

  #sessionKey(sessionId: string): string {
    return `${this.#keyPrefix}holder:${createHash('sha256').update(sessionId).digest('base64url')}`;
  }
}
