import type { AlertMessage, MailSender, SendOutcome, WebhookSender } from '../../../functions/ports.ts';

/** Keeps what it was to send; `outcome` says how that goes. */
export class InMemoryMailSender implements MailSender {
  readonly sent: { to: string; message: AlertMessage }[] = [];
  outcome: () => Promise<SendOutcome> = async () => ({ sent: true });

  async send(to: string, message: AlertMessage): Promise<SendOutcome> {
    this.sent.push({ to, message });
    return this.outcome();
  }
}

/** Refuses URLs of `private.example`. */
export class InMemoryWebhookSender implements WebhookSender {
  readonly sent: { url: string; secret: string; message: AlertMessage }[] = [];
  outcome: () => Promise<SendOutcome> = async () => ({ sent: true });
  #secrets = 0;

  createSecret(): string {
    this.#secrets += 1;
    return `whsec_secret-${this.#secrets}`;
  }

  refuse(url: string): string | undefined {
    return url.includes('private.example') ? 'must lead to the public internet, not into a private network' : undefined;
  }

  async send(url: string, secret: string, message: AlertMessage): Promise<SendOutcome> {
    this.sent.push({ url, secret, message });
    return this.outcome();
  }
}
