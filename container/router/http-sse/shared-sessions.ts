import type { OpenExchanges } from '../open-exchanges.ts';
import type { ClaimedSession, ClientQuestion, ClientReport, DoubtReport, SessionClaim } from '../sessions/parked-report.ts';
import type { LocalSessions, SessionHolder, SessionPresence, StreamPlace } from '../sessions/session-holder.ts';
import { writtenInVain } from './event-outlet.ts';
import { reportParked } from './parked-reports.ts';
import type { ParkedSessions } from './parked-sessions.ts';
import type { SseSession } from './sse-session.ts';
import { readRequests } from './unsettled-waits.ts';

export interface SharedSessionsOptions {
  holder: SessionHolder;
  /** Sessions at this router, by each of their ids. */
  sessions: ReadonlyMap<string, SseSession>;
  /** Those whose clients have no stream here. */
  parked: ParkedSessions<SseSession>;
  open: OpenExchanges;
  /** How often it is looked whether these clients are at other routers, in milliseconds. */
  lookMs: number;
  reportError(error: unknown): void;
}

/**
 * The sessions of one router as far as other routers have to do with them. It looks again and again whether clients that are waited for
 * here have opened their streams elsewhere, and gives to those what waits for them: nobody tells it, because the router that knows may not
 * know of this one.
 */
export class SharedSessions implements LocalSessions {
  readonly #options: SharedSessionsOptions;
  readonly #timer: NodeJS.Timeout;
  #isLooking = false;
  /** What waits in these is on its way, which can take its time. */
  readonly #giving = new Set<SseSession>();

  constructor(options: SharedSessionsOptions) {
    this.#options = options;
    options.holder.attend(this);
    this.#timer = setInterval(() => void this.#look(), options.lookMs);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  presence(sessionId: string): SessionPresence {
    const session = this.#options.sessions.get(sessionId);
    if (session === undefined) return { kind: 'none' };
    return session.isAttached ? { kind: 'stream', after: session.handOver.receivedBefore } : { kind: 'kept' };
  }

  takeAnswers(sessionId: string, answers: readonly string[]): boolean {
    const session = this.#options.sessions.get(sessionId);
    if (session?.isAttached !== true) return false;
    session.handOver.take(answers);
    return true;
  }

  onNewerStream(sessionId: string): void {
    this.#options.sessions.get(sessionId)?.leaveClient();
  }

  reportFor(client: ClientQuestion): ClientReport {
    const { parked, open } = this.#options;
    const attached = open
      .ofTokenHash(client.tokenHash)
      .flatMap(({ isStanding, sessionId = '' }) => (isStanding && this.#isAttached(sessionId) ? [sessionId] : []));
    return { parked: reportParked(client, parked.ofToken(client.tokenHash)), attached };
  }

  claim({ sessionId, doubt, isCertain, awaited }: SessionClaim): ClaimedSession | undefined {
    const session = this.#options.sessions.get(sessionId);
    if (session === undefined || session.traits.tokenHash !== doubt.tokenHash) return undefined;
    const { isDoubtful, unsettled, cutAt, record } = session;
    const all = new Map([...session.awaitedRequests(), ...readRequests(awaited)]);
    const state = session.handOver.claim(isCertain && !isDoubtful ? writtenInVain(cutAt, all) : undefined);
    if (state === undefined) return undefined;
    this.noteDoubt(doubt);
    return { record, ...state, isDoubtful, unsettled: unsettled.report() };
  }

  noteDoubt({ tokenHash, sessionIds, waits }: DoubtReport): void {
    for (const sessionId of sessionIds) {
      const session = this.#options.sessions.get(sessionId);
      if (session === undefined || session.isAttached || session.traits.tokenHash !== tokenHash) continue;
      session.isDoubtful = true;
      session.unsettled.addReported(waits);
    }
  }

  #isAttached(sessionId: string): boolean {
    return this.#options.sessions.get(sessionId)?.isAttached === true;
  }

  async #look(): Promise<void> {
    const { holder, parked, reportError } = this.#options;
    const isWaiting = (session: SseSession) => session.isAwaited || session.handOver.remembersSent;
    const waiting = [...parked.all].filter((session) => !this.#giving.has(session) && isWaiting(session));
    if (this.#isLooking || waiting.length === 0) return;
    this.#isLooking = true;
    try {
      const places = await holder.findStreams(waiting.flatMap(({ id, aliases }) => [id, ...aliases]));
      for (const session of waiting) void this.#give(session, places).catch(reportError);
    } catch (error) {
      reportError(error);
    } finally {
      this.#isLooking = false;
    }
  }

  async #give(session: SseSession, places: ReadonlyMap<string, StreamPlace>): Promise<void> {
    const id = [session.id, ...session.aliases].find((each) => places.has(each));
    const place = id === undefined ? undefined : places.get(id);
    if (id === undefined || place === undefined || session.isAttached) return;
    this.#giving.add(session);
    await session.handOver.giveTo(place, id).finally(() => this.#giving.delete(session));
    if (session.isAttached) return;
    // Its client has not gone: it waits there, for as long as it takes.
    if (session.isAwaited) session.park();
    else session.drop();
  }
}
