import type { AdmittedRequest } from '../admitted-request.ts';
import { whenReady } from '../maybe-promise.ts';
import { Refusal, refusals } from '../refusal.ts';
import type { RouterServices } from '../router-services.ts';
import type { SessionHolder } from '../sessions/session-holder.ts';
import type { HandshakeParams, SessionRecord } from '../sessions/session-record.ts';
import { ClientReturns } from './client-returns.ts';
import { ClientStream } from './client-stream.ts';
import { type ClientTraits, likelyHandshake, traitsOf } from './client-traits.ts';
import { type EventPlace, readEventId } from './event-id.ts';
import { EventLogRoom } from './event-log.ts';
import { KeptBodies } from './kept-bodies.ts';
import { MessagePost } from './message-post.ts';
import { OpeningGate } from './opening-gate.ts';
import { ParkedSessions } from './parked-sessions.ts';
import type { TakenSession } from './session-claims.ts';
import type { SessionSurroundings } from './session-surroundings.ts';
import { SharedSessions } from './shared-sessions.ts';
import { SilentClients } from './silent-clients.ts';
import { SseSession } from './sse-session.ts';

const mebibyte = 1024 * 1024;
const keptBodiesLimits = { perSession: 4 * mebibyte, inAll: 64 * mebibyte };
const eventLogLimits = { perSession: 256 * 1024, inAll: 32 * mebibyte, sentPerSession: 64 * 1024, sentMaxAgeMs: 30_000 };
const parkedLimits = { perToken: 32, inAll: 2_000 };
const maxOpeningsPerInstance = 256;
const sweepMs = 5_000;

/**
 * The doors of HTTP+SSE (revision 2024-11-05): `GET` at `sse` opens a session's stream, `POST` at `messages` says something in it. The
 * sessions are the router's own: their clients notice nothing of what becomes of the processes that serve them.
 */
export class HttpSseDoors {
  readonly #services: RouterServices;
  readonly #holder: SessionHolder | undefined;
  readonly #surroundings: SessionSurroundings<SseSession>;
  /** Sessions at this router, by id. One can have a second id, see {@link #giveBack}. */
  readonly #sessions = new Map<string, SseSession>();
  readonly #parked = new ParkedSessions<SseSession>(parkedLimits);
  readonly #silent: SilentClients;
  readonly #returns: ClientReturns;
  readonly #logged = new Set<SseSession>();
  readonly #shared: SharedSessions | undefined;
  readonly #sweeper: NodeJS.Timeout;

  /** @param holder Where several routers share sessions. */
  constructor(services: RouterServices, holder?: SessionHolder) {
    this.#services = services;
    this.#holder = holder;
    const parkedOf = (tokenHash: string) => [...this.#parked.ofToken(tokenHash)].filter(({ handOver }) => !handOver.isTaken);
    this.#returns = new ClientReturns({
      ...{ services, holder, parkedOf, sessions: this.#sessions },
      issue: (admitted, handshake) => this.#issue(admitted, handshake),
      create: (admitted, traits, record) => this.#create(admitted, traits, record),
    });
    this.#silent = new SilentClients({
      recogniseSilent: (client, openedAt) => this.#returns.recogniseSilent(client, openedAt),
      recogniseUnintroduced: (client, openedAt, ids) => this.#returns.recogniseUnintroduced(client, openedAt, ids),
      onRecognised: (given, stream, taken) => this.#giveBack(given, stream, taken),
      reportError: (error) => services.reportError(error, ''),
    });
    this.#surroundings = {
      services,
      gate: new OpeningGate(maxOpeningsPerInstance),
      bodies: new KeptBodies(keptBodiesLimits),
      logRoom: new EventLogRoom(eventLogLimits),
      isShared: holder !== undefined,
      onParked: (session) => {
        this.#parked.add(session);
        if (!session.handOver.isTaken) this.#silent.onParked(session);
        for (const id of [session.id, ...session.aliases]) holder?.keep(id);
      },
      onAttached: (session) => {
        this.#parked.remove(session);
        for (const id of [session.id, ...session.aliases]) holder?.hold(id);
      },
      onLogged: (session) => this.#logged.add(session),
      onEnded: this.#onEnded,
    };
    if (holder !== undefined) {
      this.#shared = new SharedSessions({
        ...{ holder, sessions: this.#sessions, lookMs: services.timing.returnLookMs },
        parked: this.#parked,
        open: services.open,
        reportError: (error) => services.reportError(error, ''),
      });
    }
    this.#sweeper = setInterval(this.#sweep, sweepMs);
    this.#sweeper.unref();
  }

  /** Sessions whose clients are away and may come back. */
  get parkedSessions(): number {
    return this.#parked.size;
  }

  /** Whether the session's client holds its stream at this router. */
  isConnected(sessionId: string): boolean {
    return this.#sessions.get(sessionId)?.isAttached === true;
  }

  /** Answers a request at one of the two doors. `body` is that of a `POST`. */
  admit(admitted: AdmittedRequest, body: Buffer | null): void {
    if (body === null) this.#openStream(admitted);
    else this.#takeMessage(admitted, body);
  }

  /** The token is not valid any more: what its clients left behind goes with it. */
  revoke(tokenIdOrHash: string): void {
    this.#parked.dropOfToken(tokenIdOrHash);
  }

  close(): void {
    clearInterval(this.#sweeper);
    this.#shared?.stop();
    for (const session of new Set(this.#sessions.values())) session.drop();
  }

  #takeMessage(admitted: AdmittedRequest, body: Buffer): void {
    const { sessionId, session: record, request } = admitted;
    if (sessionId === undefined || record === undefined) {
      new MessagePost(this.#services, admitted).refuse(refusals.sessionIdMissing);
      return;
    }
    const session = this.#sessions.get(sessionId);
    if (session !== undefined) {
      const own = admitted.rpc === undefined ? session : this.#silent.onMessage(session, admitted.rpc);
      const say = (meant: SseSession) => (meant.hasEnded ? this.#takeMessage(admitted, body) : meant.post(admitted, body));
      whenReady(() => own, say, this.#failed(admitted));
      return;
    }
    const goOn = () => this.#withoutStream(admitted, record).post(admitted, body);
    if (this.#holder === undefined) {
      goOn();
      return;
    }
    const holder = this.#holder;
    if (holder.isForwarded(request)) {
      new MessagePost(this.#services, admitted).refuse(refusals.sessionNotHere);
      return;
    }
    whenReady(
      () => holder.forward(record, { request, body }),
      (answer) => {
        if (answer === undefined) goOn();
        else if (answer instanceof Refusal) new MessagePost(this.#services, admitted).refuse(answer);
        else new MessagePost(this.#services, admitted).pass(answer);
      },
      this.#failed(admitted),
    );
  }

  #failed(admitted: AdmittedRequest): (error: unknown) => void {
    return (error) => {
      this.#services.reportError(error, admitted.requestId);
      new MessagePost(this.#services, admitted).refuse(refusals.internalError);
    };
  }

  /** A session that no router holds a stream of: its client will come back for the answer, if it comes. */
  #withoutStream(admitted: AdmittedRequest, record: SessionRecord): SseSession {
    const known = this.#sessions.get(record.id);
    if (known !== undefined) return known;
    const traits = traitsOf(admitted);
    const isBeginning = admitted.rpc?.initialize !== undefined;
    if (record.handshake === undefined && traits.protocolVersion !== undefined && !isBeginning) assumeHandshake(record, traits);
    return this.#create(admitted, traits, record);
  }

  #openStream(admitted: AdmittedRequest): void {
    const stream = new ClientStream(this.#services, admitted);
    if (!stream.start()) return;
    const traits = traitsOf(admitted);
    const place = readEventId(admitted.request.headers['last-event-id']);
    if (place !== undefined) this.#resume(admitted, stream, traits, place);
    else if (traits.protocolVersion !== undefined) this.#returns.recognise(admitted, stream, traits);
    else this.#openFresh(admitted, stream, traits);
  }

  /** The client names its session by the last event it has got. */
  #resume(admitted: AdmittedRequest, stream: ClientStream, traits: ClientTraits, { sessionId, number }: EventPlace): void {
    const failed = (error: unknown) => {
      this.#services.reportError(error, admitted.requestId);
      stream.refuse(refusals.directoryUnavailable);
    };
    const found = (record: SessionRecord | Refusal) => {
      if (stream.isClosed) return;
      if (record instanceof Refusal) {
        stream.refuse(record);
        return;
      }
      if (record.handshake === undefined && traits.protocolVersion !== undefined) assumeHandshake(record, traits);
      const known = this.#sessions.get(record.id);
      const session = known ?? this.#create(admitted, traits, record);
      // It has said something before, if not here.
      if (known === undefined && record.handshake !== undefined) session.markAsReturned();
      session.attach(stream, { number });
    };
    whenReady(() => this.#services.knownSessions.find(sessionId, admitted.token, 'http-sse'), found, failed);
  }

  /**
   * A new session. A stream that says nothing needs no instance, so none hears of it before the first message: clients that connect
   * and do no more, be they thousands, cost their instance nothing.
   */
  #openFresh(admitted: AdmittedRequest, stream: ClientStream, traits: ClientTraits): void {
    const failed = (error: unknown) => {
      this.#services.reportError(error, admitted.requestId);
      stream.refuse(refusals.directoryUnavailable);
    };
    whenReady(
      () => this.#services.resolver.foresee(admitted.token),
      (prospect) => {
        if (stream.isClosed) return;
        if (prospect instanceof Refusal) stream.refuse(prospect);
        else if (prospect.mode === 'stdio') stream.refuse(refusals.sseNotServed);
        else {
          const session = this.#create(admitted, traits, this.#issue(admitted));
          session.attach(stream);
          this.#silent.add(session, stream, admitted);
        }
      },
      failed,
    );
  }

  /** The client to whom the stream belongs was given a session that it does not need: it has one. */
  #giveBack(given: SseSession, stream: ClientStream, { session: own, received }: TakenSession): void {
    given.giveAway();
    // Whatever the client was told last, it reaches the same session.
    this.#sessions.set(given.id, own);
    own.aliases.push(given.id);
    own.attach(stream, received);
  }

  #issue({ token }: AdmittedRequest, handshake?: HandshakeParams): SessionRecord {
    const { instanceId, workspaceId } = token;
    const begun = handshake === undefined ? {} : { handshake };
    const id = this.#services.sessionIds.issue({ instanceId, workspaceId, transport: 'http-sse', ...begun });
    const createdAt = Date.now();
    return { id, instanceId, workspaceId, transport: 'http-sse', createdAt, initialized: handshake !== undefined, ...begun };
  }

  #create({ token, request }: AdmittedRequest, traits: ClientTraits, record: SessionRecord): SseSession {
    const session = new SseSession(this.#surroundings, { record, token, traits, headers: request.headers });
    this.#sessions.set(session.id, session);
    return session;
  }

  readonly #onEnded = (session: SseSession): void => {
    this.#parked.remove(session);
    this.#silent.remove(session);
    this.#logged.delete(session);
    for (const id of [session.id, ...session.aliases]) {
      if (this.#sessions.get(id) === session) this.#sessions.delete(id);
      this.#holder?.release(id);
    }
  };

  readonly #sweep = (): void => {
    const now = performance.now();
    for (const session of this.#logged) if (!session.sweep(now)) this.#logged.delete(session);
  };
}

/** Nobody remembers how the session began, but that it did is certain. */
function assumeHandshake(record: SessionRecord, { protocolVersion = '', userAgent }: ClientTraits): void {
  record.handshake = likelyHandshake(protocolVersion, userAgent);
  record.initialized = true;
}
