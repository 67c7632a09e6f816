import type { OpenExchange } from './open-exchanges.ts';
import { Refusal, refusals } from './refusal.ts';
import type { TokenVerifier, VerifiedToken } from './token-verifier.ts';

const maxLookUpsAtOnce = 32;

/** What the watch needs of the exchanges that are open. */
export interface WatchedExchanges {
  tokens(): VerifiedToken[];
  ofTokenHash(hash: string): Pick<OpenExchange, 'close'>[];
}

/**
 * Looks tokens up again while they hold something open, and closes all of it once they are revoked or expired. Where the directory
 * fails, what is open stays open (new requests are refused meanwhile); an expiry is acted upon all the same.
 */
export class OpenTokenWatch {
  readonly #open: WatchedExchanges;
  readonly #verifier: Pick<TokenVerifier, 'recheck'>;
  readonly #reportError: (error: unknown) => void;
  readonly #timer: NodeJS.Timeout;
  #isChecking = false;

  constructor(
    open: WatchedExchanges,
    verifier: Pick<TokenVerifier, 'recheck'>,
    intervalMs: number,
    reportError: (error: unknown) => void,
  ) {
    this.#open = open;
    this.#verifier = verifier;
    this.#reportError = reportError;
    this.#timer = setInterval(() => void this.#check(), intervalMs);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #check(): Promise<void> {
    if (this.#isChecking) return;
    this.#isChecking = true;
    try {
      const tokens = this.#open.tokens().values();
      const checkInTurn = async () => {
        for (const token of tokens) await this.#checkToken(token);
      };
      await Promise.all(Array.from({ length: maxLookUpsAtOnce }, checkInTurn));
    } catch (error) {
      this.#reportError(error);
    } finally {
      this.#isChecking = false;
    }
  }

  async #checkToken(token: VerifiedToken): Promise<void> {
    let judged: VerifiedToken | Refusal;
    try {
      judged = token.expiresAt <= Date.now() ? refusals.tokenExpired : await this.#verifier.recheck(token);
    } catch {
      return;
    }
    if (!(judged instanceof Refusal)) return;
    for (const exchange of this.#open.ofTokenHash(token.hash)) this.#close(exchange, judged);
  }

  /** One that cannot be closed must not keep the others open. */
  #close(exchange: Pick<OpenExchange, 'close'>, refusal: Refusal): void {
    try {
      exchange.close(refusal, false);
    } catch (error) {
      this.#reportError(error);
    }
  }
}
