import { whenReady } from '../maybe-promise.ts';
import { Refusal, refusals } from '../refusal.ts';
import type { RouterServices } from '../router-services.ts';
import type { VerifiedToken } from '../token-verifier.ts';
import type { TurnedAway } from './message-queue.ts';
import type { SessionLink } from './session-link.ts';
import type { Upstream } from './upstream.ts';

/** How long a process may take for what it accepted after it began to turn messages away; instances themselves give up earlier. */
const finishingMs = 15_000;

export interface ProcessesListener {
  /** A process is there that knows the session. */
  onOpen(upstream: Upstream): void;
  /** None came about in time, or none can. */
  onNotOpened(refusal: Refusal): void;
  /** Nothing can be said to the process any more, but it still answers what it has accepted. */
  onLeft(upstream: Upstream): void;
  /** Nothing comes of the process any more. @param isCertain Whether the platform says so. */
  onGone(upstream: Upstream, isCertain: boolean): void;
}

/**
 * The processes at which a session is open: the one its messages go to, and for a while the one before it, which ends in order and
 * finishes what it has accepted.
 */
export class SessionProcesses {
  readonly #services: RouterServices;
  readonly #token: VerifiedToken;
  readonly #link: SessionLink;
  readonly #listener: ProcessesListener;
  #current: Upstream | undefined;
  #finishing: Upstream | undefined;
  #isOpening = false;
  #isClosed = false;

  constructor(services: RouterServices, token: VerifiedToken, link: SessionLink, listener: ProcessesListener) {
    this.#services = services;
    this.#token = token;
    this.#link = link;
    this.#listener = listener;
  }

  /** Whether messages can be handed over at once. */
  get isOpen(): boolean {
    return this.#current !== undefined;
  }

  get isOpening(): boolean {
    return this.#isOpening;
  }

  /** Opens the session as soon as its instance is there; what comes of it, the listener is told. */
  open(): void {
    if (this.#isOpening || this.#isClosed || this.#current !== undefined) return;
    this.#isOpening = true;
    whenReady(() => this.#link.open(this.#token), this.#onOpened, this.#onFailed);
  }

  /** The client has read what it was sent. */
  resume(): void {
    this.#current?.resume();
    this.#finishing?.resume();
  }

  /**
   * The process did not take a message.
   * @param owesAnswers Whether it has accepted others that it has not answered. One that ends in order answers them, so it is heard
   *   until its stream ends; it must not be asked again meanwhile.
   */
  turnedAway(upstream: Upstream, how: TurnedAway, owesAnswers: boolean): void {
    if (upstream !== this.#current) return;
    if (owesAnswers && mayBeEnding(how) && !upstream.isOver && upstream.finish()) this.#leave(upstream);
    else {
      upstream.abandon();
      this.lost(upstream);
    }
  }

  /** The stream of a process ended. */
  lost(upstream: Upstream, isCertain = false): void {
    if (upstream === this.#finishing) this.#finishing = undefined;
    else if (upstream === this.#current) {
      this.#current = undefined;
      this.#services.resolver.forget(this.#token.instanceId);
    } else {
      this.#link.lost(upstream);
      return;
    }
    this.#listener.onGone(upstream, isCertain);
  }

  /** The platform says that the instance is gone. */
  loseAll(): void {
    for (const upstream of [this.#finishing, this.#current]) {
      if (upstream === undefined) continue;
      upstream.abandon();
      this.lost(upstream, true);
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#link.close();
    this.#current?.abandon();
    this.#finishing?.abandon();
    this.#current = undefined;
    this.#finishing = undefined;
  }

  #leave(upstream: Upstream): void {
    const former = this.#finishing;
    this.#current = undefined;
    this.#finishing = upstream;
    if (former !== undefined) this.#giveUp(former);
    setTimeout(() => {
      if (this.#finishing === upstream) this.#giveUp(upstream);
    }, finishingMs).unref();
    this.#services.resolver.forget(this.#token.instanceId);
    this.#listener.onLeft(upstream);
  }

  #giveUp(upstream: Upstream): void {
    upstream.abandon();
    if (this.#finishing === upstream) this.#finishing = undefined;
    this.#listener.onGone(upstream, false);
  }

  readonly #onOpened = (outcome: Upstream | Refusal): void => {
    this.#isOpening = false;
    if (outcome instanceof Refusal) this.#listener.onNotOpened(outcome);
    else if (this.#isClosed) outcome.abandon();
    else if (outcome.isOver) this.#listener.onGone(outcome, false);
    else {
      this.#current = outcome;
      this.#listener.onOpen(outcome);
      outcome.resume();
    }
  };

  readonly #onFailed = (error: unknown): void => {
    this.#isOpening = false;
    this.#services.reportError(error, '');
    this.#listener.onNotOpened(refusals.directoryUnavailable);
  };
}

/** Whether a process that still answers may take messages so: it refuses them, or its port is closed already. */
function mayBeEnding(how: TurnedAway): boolean {
  return how === 'not-reached' || how === 'lost' || how === 503;
}
