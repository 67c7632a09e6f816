import type { RpcRequest } from '../rpc-request.ts';
import type { ClientStream } from './client-stream.ts';
import { isSameClientPossible, type Recognised, recogniseSilentClient, recogniseUnintroduced } from './returning-client.ts';
import type { SseSession } from './sse-session.ts';

/** How long a client that says nothing of having been there may take for its first message before it counts as one that is back. */
const silenceMs = 1_000;

/** A client that shows no sign of having been there before, and has not said anything yet in the session it was given. */
interface SilentClient {
  readonly session: SseSession;
  readonly stream: ClientStream;
  /** By `performance.now()`. */
  readonly openedAt: number;
  readonly timer: NodeJS.Timeout;
}

export interface SilentClientsListener {
  /** Sessions of a token whose clients have no stream. */
  parkedOf(tokenHash: string): Iterable<SseSession>;
  /** The stream of the one session is that of the other's client. */
  onRecognised(given: SseSession, stream: ClientStream, own: Recognised<SseSession>): void;
}

/**
 * Clients whose `GET` says nothing of them, as that of a new one and of an old one that comes back. A new one begins with its
 * handshake at once. One that is back says nothing as long as it waits for something, goes on in its former session, of whose end it
 * knows nothing, or begins with something else than a handshake; by that it is known again.
 */
export class SilentClients {
  readonly #listener: SilentClientsListener;
  readonly #bySession = new Map<SseSession, SilentClient>();
  readonly #byToken = new Map<string, Set<SilentClient>>();

  constructor(listener: SilentClientsListener) {
    this.#listener = listener;
  }

  /** A stream has begun, and with it a session of which nobody knows yet whether its client needs it. */
  add(session: SseSession, stream: ClientStream): void {
    const { tokenHash } = session.traits;
    const timer = setTimeout(() => this.#look(silent), silenceMs);
    timer.unref();
    const silent = { session, stream, openedAt: performance.now(), timer };
    this.#bySession.set(session, silent);
    const ofToken = this.#byToken.get(tokenHash) ?? new Set();
    this.#byToken.set(tokenHash, ofToken);
    ofToken.add(silent);
  }

  /** The session has ended, or its client is known. */
  remove(session: SseSession): void {
    const silent = this.#bySession.get(session);
    if (silent === undefined) return;
    clearTimeout(silent.timer);
    this.#bySession.delete(session);
    const { tokenHash } = session.traits;
    const ofToken = this.#byToken.get(tokenHash);
    ofToken?.delete(silent);
    if (ofToken?.size === 0) this.#byToken.delete(tokenHash);
  }

  /** A message came for the session. Gives the session whose client has sent it. */
  onMessage(session: SseSession, rpc: RpcRequest): SseSession {
    const silent = this.#bySession.get(session);
    // New ones and old ones ask alike whether anybody is there.
    if (silent === undefined || (rpc.requestIds.length > 0 && !rpc.isActivity)) return session;
    this.remove(session);
    if (rpc.initialize !== undefined) return session;
    const { traits } = session;
    const own = recogniseUnintroduced(traits, this.#listener.parkedOf(traits.tokenHash), silent.openedAt, rpc.requestIds);
    if (own === undefined) return session;
    this.#listener.onRecognised(session, silent.stream, own);
    return own.session;
  }

  /** A session waits for its client, which may be one that has been silent since it is back. */
  onParked(parked: SseSession): void {
    if (!parked.isAwaited) return;
    const possible = [...(this.#byToken.get(parked.traits.tokenHash) ?? [])].filter(({ session, openedAt }) =>
      isSameClientPossible(parked, session.traits, openedAt),
    );
    const [silent] = possible;
    if (silent === undefined || possible.length > 1) return;
    if (performance.now() - silent.openedAt >= silenceMs) this.#look(silent);
  }

  #look({ session, stream, openedAt }: SilentClient): void {
    if (stream.isClosed || session.hasEnded) return;
    const { traits } = session;
    const own = recogniseSilentClient(traits, this.#listener.parkedOf(traits.tokenHash), openedAt);
    if (own === undefined) return;
    this.remove(session);
    this.#listener.onRecognised(session, stream, own);
  }
}
