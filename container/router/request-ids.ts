import { randomBytes } from 'node:crypto';

/**
 * Names for requests, to find them again in logs: a random part for the process and a number. They are no secrets, and a random name for
 * each would take a twentieth of a call's time.
 */
export class RequestIds {
  readonly #prefix = randomBytes(12).toString('hex');
  #last = 0;

  next(): string {
    this.#last += 1;
    return `${this.#prefix}-${this.#last.toString(36)}`;
  }
}
