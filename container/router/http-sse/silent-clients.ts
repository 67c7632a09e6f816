import type { AdmittedRequest } from '../admitted-request.ts';
import { type MaybePromise, whenReady } from '../maybe-promise.ts';
import type { RpcId } from '../refusal.ts';
import type { RpcRequest } from '../rpc-request.ts';
import type { ClientStream } from './client-stream.ts';
import { isSameClientPossible } from './returning-client.ts';
import type { ReturnedClient, TakenSession } from './session-claims.ts';
import type { SseSession } from './sse-session.ts';

/** How long a client that says nothing of having been there may take for its first message before it counts as one that is back. */
const silenceMs = 1_000;

/** A client that shows no sign of having been there before, and has not said anything yet in the session it was given. */
interface SilentClient {
  readonly session: SseSession;
  readonly stream: ClientStream;
  readonly admitted: AdmittedRequest;
  /** By `performance.now()`. */
  readonly openedAt: number;
  readonly timer: NodeJS.Timeout;
  /** It has said something; in which session, is being found out. */
  meant: Promise<SseSession> | undefined;
}

export interface SilentClientsListener {
  /** The session of such a client, where it is certain enough. */
  recogniseSilent(client: ReturnedClient, openedAt: number): MaybePromise<TakenSession | undefined>;
  /** The same for one that begins with something else than a handshake, and asks for this. */
  recogniseUnintroduced(
    client: ReturnedClient,
    openedAt: number,
    requestIds: readonly RpcId[],
  ): MaybePromise<TakenSession | undefined>;
  /** The stream of the one session is that of the other's client. */
  onRecognised(given: SseSession, stream: ClientStream, own: TakenSession): void;
  reportError(error: unknown): void;
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
  add(session: SseSession, stream: ClientStream, admitted: AdmittedRequest): void {
    const { tokenHash } = session.traits;
    const timer = setTimeout(() => this.#look(silent), silenceMs);
    timer.unref();
    const silent: SilentClient = { session, stream, admitted, openedAt: performance.now(), timer, meant: undefined };
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

  /** A message came for the session. Gives the session whose client has sent it. Never rejects. */
  onMessage(session: SseSession, rpc: RpcRequest): MaybePromise<SseSession> {
    const silent = this.#bySession.get(session);
    if (silent?.meant !== undefined) return silent.meant;
    // New ones and old ones ask alike whether anybody is there.
    if (silent === undefined || (rpc.requestIds.length > 0 && !rpc.isActivity)) return session;
    if (rpc.initialize !== undefined) {
      this.remove(session);
      return session;
    }
    const own = this.#listener.recogniseUnintroduced(returned(silent, isHere), silent.openedAt, rpc.requestIds);
    if (!(own instanceof Promise)) return this.#settle(silent, own);
    silent.meant = own
      .catch((error: unknown) => this.#listener.reportError(error))
      .then((taken) => this.#settle(silent, taken ?? undefined));
    return silent.meant;
  }

  /** It is known now where the client belongs. Gives that session. */
  #settle(silent: SilentClient, own: TakenSession | undefined): SseSession {
    const { session, stream } = silent;
    this.remove(session);
    if (own === undefined || !isHere(silent)) return session;
    this.#listener.onRecognised(session, stream, own);
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

  #look(silent: SilentClient): void {
    const isSilent = () => isHere(silent) && silent.meant === undefined && this.#bySession.get(silent.session) === silent;
    if (!isSilent()) return;
    whenReady(
      () => this.#listener.recogniseSilent(returned(silent, isSilent), silent.openedAt),
      (own) => {
        if (own !== undefined && isSilent()) this.#settle(silent, own);
      },
      (error) => this.#listener.reportError(error),
    );
  }
}

function isHere({ stream, session }: SilentClient): boolean {
  return !stream.isClosed && !session.hasEnded;
}

function returned(silent: SilentClient, isWaiting: (silent: SilentClient) => boolean): ReturnedClient {
  return { admitted: silent.admitted, traits: silent.session.traits, isSelfDeclared: false, isWaiting: () => isWaiting(silent) };
}
