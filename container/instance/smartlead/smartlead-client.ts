import type { SmartleadHosts } from '../../../core/instance-configuration.ts';
import { isRead } from '../catalogue/catalogue.ts';
import type { Operation } from '../catalogue/operation.ts';
import { interpretAnswer } from './answer.ts';
import { HttpConnection, type IncomingAnswer } from './http-connection.ts';
import { buildRequest } from './outgoing-request.ts';
import type { RateGovernor } from './rate-governor.ts';
import { createRedactor } from './secret-removal.ts';
import { sleep } from './sleep.ts';
import { type ErrorCode, SmartleadError } from './smartlead-error.ts';
import { answerTimeLimit, callTimeLimit } from './time-limits.ts';

export interface SmartleadClientOptions {
  apiKey: string;
  hosts: SmartleadHosts;
  governor: RateGovernor;
}

/** Failures after which the same read is worth another attempt. */
const repeatable = new Set<ErrorCode>(['smartlead_rate_limited', 'smartlead_unavailable', 'smartlead_unreachable']);
const mostAttempts = 3;

/**
 * Calls operations of the Smartlead API with one key. Everything an instance sends to Smartlead goes through here: the key is added,
 * the rate is kept, failures become {@link SmartleadError}s, and credentials are taken out of every answer.
 */
export class SmartleadClient {
  readonly #apiKey: string;
  readonly #hosts: SmartleadHosts;
  readonly #governor: RateGovernor;
  readonly #connection = new HttpConnection();
  readonly #redact: (text: string) => string;

  constructor({ apiKey, hosts, governor }: SmartleadClientOptions) {
    this.#apiKey = apiKey;
    this.#hosts = hosts;
    this.#governor = governor;
    this.#redact = createRedactor(apiKey);
  }

  /**
   * Calls one operation. Only reads are repeated, after a rate limit, an outage or a lost connection, at most twice and only while
   * time is left; a write leaves exactly once, since Smartlead has no idempotency key.
   * @param callArguments Arguments by name, validated already.
   * @returns The answer without credentials.
   * @throws SmartleadError
   */
  async call(operation: Operation, callArguments: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<unknown> {
    const request = buildRequest(operation, callArguments, { hosts: this.#hosts, apiKey: this.#apiKey });
    const deadline = Date.now() + callTimeLimit(operation, callArguments);
    const timeLimit = answerTimeLimit(operation, callArguments);
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#governor.acquire({ deadline, signal });
        const timeoutMs = Math.max(1, Math.min(timeLimit, deadline - Date.now()));
        const answer = await this.#connection.send(request, { timeoutMs, signal });
        return this.#judge(operation, answer);
      } catch (error) {
        const pause = this.#pauseBeforeNext(operation, error, attempt, deadline);
        if (pause === undefined) throw error;
        await sleep(pause, signal);
      }
    }
  }

  /** Loads what the first call needs. */
  warmUp(): Promise<void> {
    return this.#connection.warmUp();
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  #judge(operation: Operation, answer: IncomingAnswer): unknown {
    try {
      const value = interpretAnswer(operation, answer, this.#redact);
      this.#governor.observe({ headers: answer.headers });
      return value;
    } catch (error) {
      const limited = error instanceof SmartleadError && error.code === 'smartlead_rate_limited';
      this.#governor.observe({ headers: answer.headers, ...(limited ? { pauseSeconds: error.retryAfter ?? 1 } : {}) });
      throw error;
    }
  }

  /** Milliseconds to wait before the next attempt, or undefined where there must not be one. */
  #pauseBeforeNext(operation: Operation, error: unknown, attempt: number, deadline: number): number | undefined {
    if (!(error instanceof SmartleadError) || !repeatable.has(error.code)) return undefined;
    if (!isRead(operation) || attempt >= mostAttempts) return undefined;
    const pause = error.retryAfter === undefined ? 250 * 2 ** attempt * (0.5 + Math.random()) : error.retryAfter * 1000;
    return Date.now() + pause + 1_000 > deadline ? undefined : pause;
  }
}
