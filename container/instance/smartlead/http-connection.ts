import type { Dispatcher } from 'undici';
import { HttpAttempt } from './http-attempt.ts';
import type { IncomingAnswer } from './incoming-answer.ts';
import type { OutgoingRequest } from './outgoing-request.ts';
import { SmartleadError } from './smartlead-error.ts';

export interface SendOptions {
  /** Milliseconds until the whole answer must be there. */
  timeoutMs: number;
  signal: AbortSignal;
  /** Whether the signal counts no longer once the request has begun to leave: what was sent is not undone by hanging up. */
  finishOnceLeft?: boolean;
  /** Called just before the first byte leaves. */
  onLeaving?: () => void;
}

/** Answers above this size are refused: an instance has 128 MiB to live in. */
const largestAnswerBytes = 16 * 1024 * 1024;
const connectionsPerHost = 64;

/**
 * The one way out to Smartlead: pooled keep-alive connections, no redirects (they would carry the key elsewhere), a limit on time and
 * size, and every request sent at most once. The library is loaded on first use or by {@link warmUp}, so it costs nothing while the
 * instance starts.
 */
export class HttpConnection {
  #dispatcher: Promise<Dispatcher> | undefined;
  /** The same once it is there, so that calls need not wait a turn for it. */
  #readyDispatcher: Dispatcher | undefined;

  /** Loads the HTTP library ahead of the first call. */
  async warmUp(): Promise<void> {
    await this.#load();
  }

  /**
   * @throws SmartleadError `cancelled`, `smartlead_timeout`, `smartlead_unreachable` or `answer_too_large`, whose `requestLeft` tells
   *   whether the request may have arrived.
   */
  async send(request: OutgoingRequest, options: SendOptions): Promise<IncomingAnswer> {
    const dispatcher = this.#readyDispatcher ?? (await this.#load());
    const { timeoutMs, signal } = options;
    return new Promise((resolve, reject) => {
      let reason: EndReason | undefined;
      const settle = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', cancel);
      };
      const attempt = new HttpAttempt({
        answered(answer) {
          settle();
          resolve(answer);
        },
        failed(failure) {
          settle();
          reject(describeFailure({ ...failure, reason, timeoutMs }));
        },
        ...(options.onLeaving === undefined ? {} : { leaving: options.onLeaving }),
      });
      const end = (why: EndReason) => {
        reason ??= why;
        attempt.abort();
      };
      const cancel = () => {
        if (options.finishOnceLeft !== true || !attempt.requestLeft) end('cancelled');
      };
      const timer = setTimeout(end, timeoutMs, 'timedOut' satisfies EndReason);
      if (signal.aborted) return cancel();
      signal.addEventListener('abort', cancel, { once: true });
      dispatcher.dispatch(
        {
          origin: request.origin,
          path: request.pathAndQuery,
          method: request.method,
          headers: request.body === undefined ? requestHeaders : requestHeadersWithBody,
          body: request.body ?? null,
        },
        attempt,
      );
    });
  }

  /** Ends all connections; requests under way fail. */
  async close(): Promise<void> {
    await (await this.#dispatcher)?.destroy();
  }

  #load(): Promise<Dispatcher> {
    this.#dispatcher ??= import('undici').then(({ Agent }) => {
      this.#readyDispatcher = new Agent({
        connections: connectionsPerHost,
        // More than one request on a connection would tie their fates together.
        pipelining: 1,
        keepAliveTimeout: 30_000,
        maxResponseSize: largestAnswerBytes,
        // The time limit of each request is kept here, from its start to its last byte.
        headersTimeout: 0,
        bodyTimeout: 0,
        allowH2: false,
      });
      return this.#readyDispatcher;
    });
    return this.#dispatcher;
  }
}

/** Why we ended an attempt, where it was us. */
type EndReason = 'cancelled' | 'timedOut';

const requestHeaders = { accept: 'application/json', 'user-agent': 'smartlead-mcp' };
const requestHeadersWithBody = { ...requestHeaders, 'content-type': 'application/json' };

interface FailedAttempt {
  requestLeft: boolean;
  cause?: unknown;
  reason: EndReason | undefined;
  timeoutMs: number;
}

/** Says what failed without the error's own text, which can hold the URL and with it the key. */
function describeFailure({ requestLeft, cause, reason, timeoutMs }: FailedAttempt): SmartleadError {
  const details = { requestLeft };
  if (reason === 'cancelled') return new SmartleadError('cancelled', 'The call was cancelled.', details);
  if (reason === 'timedOut') {
    return new SmartleadError(
      'smartlead_timeout',
      `Smartlead did not answer within ${Math.round(timeoutMs / 1000)} seconds.`,
      details,
    );
  }
  const { code } = (cause ?? {}) as { code?: unknown };
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') {
    return new SmartleadError(
      'answer_too_large',
      `Smartlead’s answer is larger than ${largestAnswerBytes / 1_048_576} MB.`,
      details,
    );
  }
  const name = typeof code === 'string' && /^[A-Z_]{3,40}$/.test(code) ? ` (${code})` : '';
  return new SmartleadError('smartlead_unreachable', `The connection to Smartlead failed${name}.`, details);
}
