import { lookup } from 'node:dns';
import { type ClientRequest, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import type { AlertMessage, Clock, SendOutcome, WebhookSender } from '../../ports.ts';
import { createWebhookSecret, signatureHeaders } from './signature.ts';
import { mayReach, refuseWebhookUrl, type WebhookPolicy } from './webhook-url.ts';

/** The host was found at an address where no message may go. */
class ForbiddenAddressError extends Error {
  override readonly name = 'ForbiddenAddressError';
}

/** Calls webhooks, each attempt on a connection of its own. Redirects are not followed, and answers are not read. */
export class HttpWebhookSender implements WebhookSender {
  readonly #policy: WebhookPolicy;
  readonly #clock: Clock;
  readonly #timeoutMilliseconds: number;

  constructor(options: { policy: WebhookPolicy; clock: Clock; timeoutMilliseconds?: number }) {
    this.#policy = options.policy;
    this.#clock = options.clock;
    this.#timeoutMilliseconds = options.timeoutMilliseconds ?? 10_000;
  }

  createSecret(): string {
    return createWebhookSecret();
  }

  refuse(url: string): string | undefined {
    return refuseWebhookUrl(url, this.#policy);
  }

  async send(target: string, secret: string, message: AlertMessage): Promise<SendOutcome> {
    // The setting may have changed since the rule was made.
    const refusal = this.refuse(target);
    if (refusal !== undefined) return { sent: false, error: `The webhook's URL ${refusal}.`, final: true };
    const body = JSON.stringify(message.event);
    const seconds = Math.floor(this.#clock.now().getTime() / 1000);
    try {
      const status = await this.#post(new URL(target), body, signatureHeaders(secret, message.id, seconds, body));
      return outcomeOf(status);
    } catch (error) {
      return { sent: false, error: describeFailure(error, this.#timeoutMilliseconds), final: false };
    }
  }

  /** Answers the status. */
  #post(url: URL, body: string, headers: Record<string, string>): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const send = url.protocol === 'https:' ? requestHttps : requestHttp;
    const request: ClientRequest = send(url, {
      method: 'POST',
      agent: false,
      lookup: this.#checkedLookup(url),
      signal: AbortSignal.timeout(this.#timeoutMilliseconds),
      headers: {
        ...headers,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'user-agent': 'smartlead-mcp-alerts',
      },
    });
    request.on('response', (response) => {
      resolve(response.statusCode ?? 0);
      // What else it says does not matter, however long it is.
      response.destroy();
    });
    request.on('error', reject);
    request.end(body);
    return promise;
  }

  /**
   * Finds the host's addresses and lets the connection be made only to one that may be reached: checked here, at the moment of
   * connecting, because a name can lead elsewhere than it did when it was checked before. Numeric hosts are never looked up;
   * `refuse` has checked those.
   */
  #checkedLookup(url: URL): LookupFunction {
    return (host, options, callback) => {
      lookup(host, { ...options, all: true }, (error, addresses) => {
        if (error !== null) return callback(error, []);
        const [first] = addresses;
        if (first === undefined || !addresses.every(({ address }) => mayReach(address, url, this.#policy))) {
          return callback(new ForbiddenAddressError('the address may not be reached'), []);
        }
        if (options.all === true) callback(null, addresses);
        else callback(null, first.address, first.family);
      });
    };
  }
}

function outcomeOf(status: number): SendOutcome {
  if (status >= 200 && status <= 299) return { sent: true };
  if (status >= 300 && status <= 399) {
    const error = `The webhook answered with a redirect (${status}), which is not followed. Enter the URL it leads to.`;
    return { sent: false, error, final: false };
  }
  // "Gone": the specification's word for a receiver that wants nothing more.
  return { sent: false, error: `The webhook answered with status ${status}.`, final: status === 410 };
}

/** In our words: messages of errors can name addresses inside the network. */
function describeFailure(error: unknown, timeoutMilliseconds: number): string {
  if (error instanceof ForbiddenAddressError) return 'The webhook leads into a private network, where no message may go.';
  const { name, code = '' } = error as NodeJS.ErrnoException;
  if (name === 'AbortError' || name === 'TimeoutError') {
    return `The webhook did not answer within ${timeoutMilliseconds / 1000} seconds.`;
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'The host of the webhook was not found.';
  if (code === 'ECONNREFUSED') return 'The webhook refused the connection.';
  if (/CERT|SSL|TLS|SELF_SIGNED/.test(code)) return 'No secure connection to the webhook could be made: check its certificate.';
  return 'The connection to the webhook broke.';
}
