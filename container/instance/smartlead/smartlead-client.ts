import type { SmartleadHosts } from '../../../core/instance-configuration.ts';
import { isRead } from '../catalogue/catalogue.ts';
import type { Operation, SmartleadHost } from '../catalogue/operation.ts';
import { interpretAnswer } from './answer.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import { HttpConnection } from './http-connection.ts';
import type { IncomingAnswer } from './incoming-answer.ts';
import type { OperationCallContext, OperationCaller, OperationOutcome } from './operation-caller.ts';
import { buildRequest, type OutgoingRequest } from './outgoing-request.ts';
import type { RateGovernor } from './rate-governor.ts';
import { isRepeatedByItself, pauseBeforeRepeating } from './repeating.ts';
import { createRedactor } from './secret-removal.ts';
import { sleep } from './sleep.ts';
import { SmartleadError } from './smartlead-error.ts';
import { answerTimeLimit, callTimeLimit, type TimeLimits, usualTimeLimits } from './time-limits.ts';
import { failureOfWrite, unknownOutcome } from './unknown-outcome.ts';

export interface SmartleadClientOptions {
  apiKey: string;
  hosts: SmartleadHosts;
  /**
   * One for all hosts: Smartlead counts the requests of a key over all its endpoints together, so what any host announces is said of
   * the key, and a smaller limit from one of them is the truth for all. Source: `rate_limits.scope` of the API's facts.
   */
  governor: RateGovernor;
  timeLimits?: TimeLimits;
}

/** Circumstances of a call, and who wants to know when it leaves. */
export interface SendingContext extends Pick<OperationCallContext, 'signal' | 'session'> {
  /** Called each time a request begins to leave. */
  onLeaving?: () => void;
  /** Called each time a request that left is answered or lost. Another one may follow. */
  onEnded?: () => void;
}

/**
 * Calls operations of the Smartlead API with one key. Everything an instance sends to Smartlead goes through here: the key is added,
 * the rate is kept, failures become {@link SmartleadError}s, and credentials are taken out of every answer.
 */
export class SmartleadClient implements OperationCaller {
  readonly #apiKey: string;
  readonly #hosts: SmartleadHosts;
  readonly #governor: RateGovernor;
  readonly #timeLimits: TimeLimits;
  readonly #connection = new HttpConnection();
  readonly #breakers: Record<SmartleadHost, CircuitBreaker> = {
    core: new CircuitBreaker(),
    prospect: new CircuitBreaker(),
    delivery: new CircuitBreaker(),
    senders: new CircuitBreaker(),
  };
  readonly #redact: (text: string) => string;

  constructor({ apiKey, hosts, governor, timeLimits = usualTimeLimits }: SmartleadClientOptions) {
    this.#apiKey = apiKey;
    this.#hosts = hosts;
    this.#governor = governor;
    this.#timeLimits = timeLimits;
    this.#redact = createRedactor(apiKey);
  }

  /**
   * Calls one operation. Reads, and writes that may be repeated without harm, are repeated after a rate limit, an outage or a lost
   * connection, at most twice and only while time is left. Any other write leaves exactly once, since Smartlead has no idempotency
   * key; where its answer is lost, that is said. Once a write has begun to leave, cancelling does not end it.
   * @param callArguments Arguments by name, validated already.
   * @returns The answer without credentials.
   * @throws SmartleadError
   */
  async call(
    operation: Operation,
    callArguments: Readonly<Record<string, unknown>>,
    context: SendingContext,
  ): Promise<OperationOutcome> {
    const request = buildRequest(operation, callArguments, { hosts: this.#hosts, apiKey: this.#apiKey });
    const deadline = Date.now() + callTimeLimit(operation, callArguments, this.#timeLimits);
    const timeLimit = answerTimeLimit(operation, callArguments, this.#timeLimits);
    let lost: SmartleadError | undefined;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return { value: await this.#attempt(operation, callArguments, request, { timeLimit, deadline, ...context }) };
      } catch (error) {
        if (!(error instanceof SmartleadError)) throw error;
        if (error.code === 'outcome_unknown') lost = error;
        const pause = isRepeatedByItself(operation) ? pauseBeforeRepeating(error, attempt, deadline) : undefined;
        if (attempt > 1 && isCancelledUnsent(error)) throw lost ?? cancelledBetweenAttempts();
        if (pause === undefined) throw afterLostAnswer(lost, error, operation, callArguments);
        try {
          await sleep(pause, context.signal);
        } catch {
          throw lost ?? cancelledBetweenAttempts();
        }
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

  async #attempt(
    operation: Operation,
    callArguments: Readonly<Record<string, unknown>>,
    request: OutgoingRequest,
    { timeLimit, deadline, signal, session, onLeaving, onEnded }: SendingContext & { timeLimit: number; deadline: number },
  ): Promise<unknown> {
    const breaker = this.#breakers[operation.host];
    breaker.check();
    await this.#governor.acquire({ deadline, signal, session });
    const probe = breaker.enter();
    let answer: IncomingAnswer | undefined;
    try {
      const sent = this.#connection.send(request, {
        timeoutMs: Math.max(1, Math.min(timeLimit, deadline - Date.now())),
        signal,
        finishOnceLeft: !isRead(operation),
        ...(onLeaving === undefined ? {} : { onLeaving }),
      });
      answer = await (onEnded === undefined ? sent : sent.finally(onEnded));
      breaker.settle(probe, isOutage(answer) ? 'down' : 'answered');
      return this.#judge(operation, answer);
    } catch (error) {
      if (answer === undefined) breaker.settle(probe, saysNothingOfHost(error) ? 'untold' : 'down');
      if (isRead(operation) || !(error instanceof SmartleadError)) throw error;
      throw failureOfWrite(operation, callArguments, error, answer);
    }
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
}

function isCancelledUnsent({ code, requestLeft }: SmartleadError): boolean {
  return code === 'cancelled' && requestLeft !== true;
}

/** The answer to the attempt before is known, and it was that nothing was done. */
function cancelledBetweenAttempts(): SmartleadError {
  const message = 'The call was cancelled before its next attempt. The one before it did nothing, and no other follows.';
  return new SmartleadError('cancelled', message, { requestLeft: false });
}

/** Smartlead answers some refusals with 500 and JSON; all else from 500 on means that the host is not well. */
function isOutage({ status, text }: IncomingAnswer): boolean {
  return status > 500 || (status === 500 && !/^\s*[{[]/.test(text));
}

function saysNothingOfHost(error: unknown): boolean {
  return !(error instanceof SmartleadError) || error.code === 'cancelled' || error.code === 'answer_too_large';
}

/** A refusal that follows a lost answer may be its consequence: what is deleted already cannot be found. So it settles nothing. */
function afterLostAnswer(
  lost: SmartleadError | undefined,
  last: SmartleadError,
  operation: Operation,
  callArguments: Readonly<Record<string, unknown>>,
): SmartleadError {
  if (lost === undefined || last.code === 'outcome_unknown') return last;
  return unknownOutcome(operation, callArguments, `The answer was lost, and to the second attempt: ${last.message}`, last);
}
