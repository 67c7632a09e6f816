import type { AdmittedRequest } from '../admitted-request.ts';
import { appendHeadersForClient } from '../instance-headers.ts';
import type { OpenExchange } from '../open-exchanges.ts';
import type { Refusal } from '../refusal.ts';
import { refuse } from '../respond.ts';
import type { RouterServices } from '../router-services.ts';
import type { ForwardedAnswer } from '../sessions/session-holder.ts';
import type { VerifiedToken } from '../token-verifier.ts';

const accepted = 'Accepted';

/** A client's `POST` at `messages`, until it is answered. The answer to the message itself arrives on the session's stream. */
export class MessagePost implements OpenExchange {
  readonly isStanding = false;
  readonly owesAnswer = true;
  readonly #services: RouterServices;
  readonly #admitted: AdmittedRequest;

  constructor(services: RouterServices, admitted: AdmittedRequest) {
    this.#services = services;
    this.#admitted = admitted;
    const { response } = admitted;
    services.open.add(this);
    response.on('close', () => {
      services.open.remove(this);
      services.metrics.request('messages', response.headersSent ? response.statusCode : 'aborted');
    });
  }

  get token(): VerifiedToken {
    return this.#admitted.token;
  }

  get sessionId(): string | undefined {
    return this.#admitted.sessionId;
  }

  /** The message was taken, and will be answered on the stream where it asks for something. */
  accept(): void {
    const { response, commonHeaders } = this.#admitted;
    if (response.headersSent || response.destroyed) return;
    response.writeHead(202, [
      ...commonHeaders,
      'Content-Type',
      'text/plain',
      'Content-Length',
      String(accepted.length),
      'Cache-Control',
      'no-store',
    ]);
    response.end(accepted);
  }

  /** Passes on what the instance, or another router, answers. */
  pass({ status, headers, body }: ForwardedAnswer): void {
    const { response, commonHeaders } = this.#admitted;
    if (response.headersSent || response.destroyed) return;
    const head = [...commonHeaders];
    appendHeadersForClient(headers, head);
    head.push('Cache-Control', 'no-store');
    response.writeHead(status, head);
    response.end(body);
  }

  refuse(refusal: Refusal): void {
    const ids = this.#admitted.rpc?.requestIds ?? [];
    this.#services.metrics.refusal(refusal.reason);
    refuse(this.#admitted, refusal, ids.length === 1 ? (ids[0] ?? null) : null, this.#services.realm);
  }

  close(refusal: Refusal): void {
    this.refuse(refusal);
  }

  /** The message is with its session, which decides what becomes of it. */
  loseInstance(): void {}

  cancel(): void {}
}
