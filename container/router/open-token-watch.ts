import type { OpenExchanges } from './open-exchanges.ts';
import { Refusal, refusals } from './refusal.ts';
import type { TokenVerifier, VerifiedToken } from './token-verifier.ts';

const maxLookUpsAtOnce = 32;

/**
 * Looks tokens up again while they hold something open, and closes all of it once they are revoked or expired. Where the directory
 * fails, what is open stays open (new requests are refused meanwhile); an expiry is acted upon all the same.
 */
export class OpenTokenWatch {
  readonly #open: OpenExchanges;
  readonly #verifier: TokenVerifier;
  readonly #timer: NodeJS.Timeout;
  #isChecking = false;

  constructor(open: OpenExchanges, verifier: TokenVerifier, intervalMs: number) {
    this.#open = open;
    this.#verifier = verifier;
    this.#timer = setInterval(() => void this.#check(), intervalMs);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #check(): Promise<void> {
    if (this.#isChecking) return;
    this.#isChecking = true;
    const tokens = this.#open.tokens().values();
    const checkInTurn = async () => {
      for (const token of tokens) await this.#checkToken(token);
    };
    await Promise.all(Array.from({ length: maxLookUpsAtOnce }, checkInTurn));
    this.#isChecking = false;
  }

  async #checkToken(token: VerifiedToken): Promise<void> {
    let judged: VerifiedToken | Refusal;
    try {
      judged = token.expiresAt <= Date.now() ? refusals.tokenExpired : await this.#verifier.recheck(token);
    } catch {
      return;
    }
    if (judged instanceof Refusal) for (const exchange of this.#open.ofTokenHash(token.hash)) exchange.close(judged, false);
  }
}
