import type { OpenExchange, OpenExchanges } from '../open-exchanges.ts';
import type { Refusal } from '../refusal.ts';
import type { VerifiedToken } from '../token-verifier.ts';
import type { StreamOwner } from './client-stream.ts';

/** Requests that are being answered although their client's stream is cut: they keep the instance busy like any others. */
export class ParkedExchange implements OpenExchange {
  readonly isStanding = false;
  readonly token: VerifiedToken;
  readonly #session: StreamOwner;
  readonly #open: OpenExchanges;
  #isOpen = false;

  constructor(open: OpenExchanges, token: VerifiedToken, session: StreamOwner) {
    this.#open = open;
    this.token = token;
    this.#session = session;
  }

  get sessionId(): string {
    return this.#session.id;
  }

  get owesAnswer(): boolean {
    return this.#session.owesAnswer;
  }

  /** Puts it among what is open, or takes it away. */
  setOpen(isOpen: boolean): void {
    if (isOpen === this.#isOpen) return;
    this.#isOpen = isOpen;
    if (isOpen) this.#open.add(this);
    else this.#open.remove(this);
  }

  close(refusal: Refusal): void {
    this.#session.onClose(refusal, false);
  }

  loseInstance(): void {
    this.#session.loseUpstream();
  }

  cancel(): void {}
}
