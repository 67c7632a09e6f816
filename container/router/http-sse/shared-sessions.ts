import type { LocalSessions, SessionHolder, SessionPresence } from '../sessions/session-holder.ts';
import type { SseSession } from './sse-session.ts';

export interface SharedSessionsOptions {
  holder: SessionHolder;
  /** Sessions at this router, by each of their ids. */
  sessions: ReadonlyMap<string, SseSession>;
  /** Those whose clients have no stream here. */
  parked(): Iterable<SseSession>;
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

  async #look(): Promise<void> {
    const { holder, parked, reportError } = this.#options;
    const waiting = [...parked()].filter(({ isAwaited, handOver }) => isAwaited || handOver.remembersSent);
    if (this.#isLooking || waiting.length === 0) return;
    this.#isLooking = true;
    try {
      const places = await holder.findStreams(waiting.flatMap(({ id, aliases }) => [id, ...aliases]));
      const give = async (session: SseSession) => {
        for (const id of [session.id, ...session.aliases]) {
          const place = places.get(id);
          if (place === undefined) continue;
          await session.handOver.giveTo(place, id);
          if (!session.isAttached && !session.isAwaited) session.drop();
          return;
        }
      };
      await Promise.all(waiting.map(give));
    } catch (error) {
      reportError(error);
    } finally {
      this.#isLooking = false;
    }
  }
}
