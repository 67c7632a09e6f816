import type { AdmittedRequest } from '../admitted-request.ts';
import { whenReady } from '../maybe-promise.ts';
import { outcomeUnknownResponse } from '../outcome-unknown.ts';
import { Refusal, type RpcId, refusals } from '../refusal.ts';
import type { RouterServices } from '../router-services.ts';
import type { SessionHolder } from '../sessions/session-holder.ts';
import type { HandshakeParams, SessionRecord } from '../sessions/session-record.ts';
import { ClientStream } from './client-stream.ts';
import { type ClientTraits, likelyHandshake, traitsOf } from './client-traits.ts';
import { type EventPlace, readEventId } from './event-id.ts';
import { EventLogRoom } from './event-log.ts';
import { KeptBodies } from './kept-bodies.ts';
import { MessagePost } from './message-post.ts';
import { OpeningGate } from './opening-gate.ts';
import { ParkedSessions } from './parked-sessions.ts';
import { noteUncertainty, type Recognised, recogniseClient } from './returning-client.ts';
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
/** How long before the end of a connection was noticed something may have been written to it in vain. */
const writtenInVainMs = 5_000;

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
  readonly #logged = new Set<SseSession>();
  readonly #shared: SharedSessions | undefined;
  readonly #sweeper: NodeJS.Timeout;

  /** @param holder Where several routers share sessions. */
  constructor(services: RouterServices, holder?: SessionHolder) {
    this.#services = services;
    this.#holder = holder;
    this.#silent = new SilentClients({
      parkedOf: (tokenHash) => this.#parked.ofToken(tokenHash),
      onRecognised: (given, stream, recognised) => this.#giveBack(given, stream, recognised),
    });
    this.#surroundings = {
      services,
      gate: new OpeningGate(maxOpeningsPerInstance),
      bodies: new KeptBodies(keptBodiesLimits),
      logRoom: new EventLogRoom(eventLogLimits),
      isShared: holder !== undefined,
      onParked: (session) => {
        this.#parked.add(session);
        this.#silent.onParked(session);
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
        parked: () => this.#parked.all,
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
      own.post(admitted, body);
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
    const failed = (error: unknown) => {
      this.#services.reportError(error, admitted.requestId);
      new MessagePost(this.#services, admitted).refuse(refusals.internalError);
    };
    whenReady(
      () => holder.forward(record, { request, body }),
      (answer) => {
        if (answer === undefined) goOn();
        else if (answer instanceof Refusal) new MessagePost(this.#services, admitted).refuse(answer);
        else new MessagePost(this.#services, admitted).pass(answer);
      },
      failed,
    );
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
    else if (traits.protocolVersion !== undefined) this.#recognise(admitted, stream, traits);
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
      const session = this.#sessions.get(record.id) ?? this.#create(admitted, traits, record);
      session.attach(stream, { number });
    };
    whenReady(() => this.#services.knownSessions.find(sessionId, admitted.token, 'http-sse'), found, failed);
  }

  /** The client has initialized before, and does not say in which session. */
  #recognise(admitted: AdmittedRequest, stream: ClientStream, traits: ClientTraits): void {
    const recognition = recogniseClient(traits, this.#parked.ofToken(traits.tokenHash));
    if (recognition.kind === 'recognised') {
      const { session, others } = recognition;
      session.traits.address = traits.address;
      // What was written last may have been lost with the connection. It must not reach a client that could be another one: all
      // programs of a kind number their requests alike.
      const isCertain = others.length === 0 && !session.isDoubtful;
      noteUncertainty(recognition, this.#givesUpAt());
      const lost = { lostSince: session.cutAt - writtenInVainMs, awaited: session.awaitedRequests() };
      session.attach(stream, isCertain ? lost : undefined);
      return;
    }
    const like = recognition.kind === 'ambiguous' ? recognition.like.record.handshake : undefined;
    const handshake = like ?? likelyHandshake(traits.protocolVersion ?? '', traits.userAgent);
    const session = this.#create(admitted, traits, this.#issue(admitted, handshake));
    session.markAsReturned();
    session.attach(stream);
    if (recognition.kind === 'unknown') return;
    const { lost, candidates } = recognition;
    for (const [id, mayRepeat] of lost) session.onOwnAnswer(id, lostAnswer(id, mayRepeat));
    // Otherwise it has been told what became of all that it may wait for.
    if (lost.size > 0) return;
    for (const other of candidates) {
      session.unsettled.addAll(other.unsettled);
      session.unsettled.add(other.id, other.awaitedRequests(), this.#givesUpAt());
    }
  }

  /** When nobody waits any more who was cut off now, by `performance.now()`. */
  #givesUpAt(): number {
    return performance.now() + this.#services.timing.returnWaitMs;
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
          this.#silent.add(session, stream);
        }
      },
      failed,
    );
  }

  /** The client to whom the stream belongs was given a session that it does not need: it has one. */
  #giveBack(given: SseSession, stream: ClientStream, recognised: Recognised<SseSession>): void {
    const own = recognised.session;
    noteUncertainty(recognised, this.#givesUpAt());
    given.giveAway();
    // Whatever the client was told last, it reaches the same session.
    this.#sessions.set(given.id, own);
    own.aliases.push(given.id);
    own.attach(stream);
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

function lostAnswer(id: RpcId, mayRepeat: boolean): string {
  return mayRepeat ? refusals.answerLost.body(id) : outcomeUnknownResponse({ id, isCall: true });
}
