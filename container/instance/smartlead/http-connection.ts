import { EventEmitter } from 'node:events';
import type { Dispatcher } from 'undici';
import type { OutgoingRequest } from './outgoing-request.ts';
import type { AnswerHeaders } from './rate-governor.ts';
import { SmartleadError } from './smartlead-error.ts';

/** An answer as it came, before anybody judged it. */
export interface IncomingAnswer {
  status: number;
  headers: AnswerHeaders;
  text: string;
}

export interface SendOptions {
  /** Milliseconds until the whole answer must be there. */
  timeoutMs: number;
  signal: AbortSignal;
}

/** Answers above this size are refused: an instance has 128 MiB to live in. */
const largestAnswerBytes = 16 * 1024 * 1024;
const connectionsPerHost = 64;

/**
 * The one way out to Smartlead: pooled keep-alive connections, no redirects (they would carry the key elsewhere), a limit on time and
 * size. The library is loaded on first use or by {@link warmUp}, so it costs nothing while the instance starts.
 */
export class HttpConnection {
  #dispatcher: Promise<Dispatcher> | undefined;

  /** Loads the HTTP library ahead of the first call. */
  async warmUp(): Promise<void> {
    await this.#load();
  }

  /** @throws SmartleadError `cancelled`, `smartlead_timeout`, `smartlead_unreachable` or `answer_too_large`. */
  async send(request: OutgoingRequest, { timeoutMs, signal }: SendOptions): Promise<IncomingAnswer> {
    const dispatcher = await this.#load();
    // An emitter does here what an AbortController would, at a tenth of the cost.
    const attempt = new EventEmitter();
    const failure: AttemptFailure = { timeoutMs };
    const end = (reason: 'cancelled' | 'timedOut') => {
      failure.reason ??= reason;
      attempt.emit('abort');
    };
    const cancel = () => end('cancelled');
    if (signal.aborted) throw describeFailure(undefined, { ...failure, reason: 'cancelled' });
    const timer = setTimeout(end, timeoutMs, 'timedOut');
    signal.addEventListener('abort', cancel, { once: true });
    try {
      const answer = await dispatcher.request({
        origin: request.origin,
        path: request.pathAndQuery,
        method: request.method,
        headers: requestHeaders(request),
        body: request.body ?? null,
        signal: attempt,
      });
      return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() };
    } catch (error) {
      throw describeFailure(error, failure);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', cancel);
    }
  }

  /** Ends all connections; requests under way fail. */
  async close(): Promise<void> {
    await (await this.#dispatcher)?.destroy();
  }

  #load(): Promise<Dispatcher> {
    this.#dispatcher ??= import('undici').then(
      ({ Agent }) =>
        new Agent({
          connections: connectionsPerHost,
          keepAliveTimeout: 30_000,
          maxResponseSize: largestAnswerBytes,
          // The time limit of each request is kept here, from its start to its last byte.
          headersTimeout: 0,
          bodyTimeout: 0,
          allowH2: false,
        }),
    );
    return this.#dispatcher;
  }
}

function requestHeaders(request: OutgoingRequest): Record<string, string> {
  const headers: Record<string, string> = { accept: 'application/json', 'user-agent': 'smartlead-mcp' };
  if (request.body !== undefined) headers['content-type'] = 'application/json';
  return headers;
}

interface AttemptFailure {
  timeoutMs: number;
  /** Why we ended the attempt, where it was us. */
  reason?: 'cancelled' | 'timedOut';
}

/** Says what failed without the error's own text, which can hold the URL and with it the key. */
function describeFailure(error: unknown, { reason, timeoutMs }: AttemptFailure): SmartleadError {
  if (reason === 'cancelled') return new SmartleadError('cancelled', 'The call was cancelled.');
  if (reason === 'timedOut') {
    return new SmartleadError('smartlead_timeout', `Smartlead did not answer within ${Math.round(timeoutMs / 1000)} seconds.`);
  }
  const { code } = error as { code?: unknown };
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') {
    return new SmartleadError('answer_too_large', `Smartlead’s answer is larger than ${largestAnswerBytes / 1_048_576} MB.`);
  }
  const name = typeof code === 'string' && /^[A-Z_]{3,40}$/.test(code) ? ` (${code})` : '';
  return new SmartleadError('smartlead_unreachable', `The connection to Smartlead failed${name}.`);
}
