import { randomUUID } from 'node:crypto';
import { ProblemError } from '../../../core/problem.ts';
import type { AccessTokens, Clock, Subject } from '../../../functions/ports.ts';

/** Tokens that mean something only to the object that issued them. */
export class InMemoryAccessTokens implements AccessTokens {
  readonly #clock: Clock;
  readonly #issued = new Map<string, { subject: Subject; expiresAt: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async issue(subject: Subject): Promise<{ accessToken: string; expiresIn: number }> {
    const accessToken = `access-${randomUUID()}`;
    const expiresIn = 900;
    this.#issued.set(accessToken, { subject: { ...subject }, expiresAt: this.#clock.now().getTime() + expiresIn * 1000 });
    return { accessToken, expiresIn };
  }

  async verify(accessToken: string): Promise<Subject> {
    const issued = this.#issued.get(accessToken);
    if (issued === undefined)
      throw new ProblemError('not-signed-in', { detail: 'The access token is not valid. Sign in again.' });
    if (issued.expiresAt <= this.#clock.now().getTime())
      throw new ProblemError('token-expired', { detail: 'Refresh the session.' });
    return { ...issued.subject };
  }
}
