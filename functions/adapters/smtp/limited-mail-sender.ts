import type { AlertMessage, AttemptLimiter, MailSender, SendOutcome } from '../../ports.ts';

export interface MailLimits {
  /** Counts by mailbox. */
  recipient: AttemptLimiter;
  /** Counts by workspace. */
  workspace: AttemptLimiter;
}

/**
 * Sends mail within limits. Nobody asks the owner of an address whether they want to be told, so that without limits, rules that are
 * made, changed and tested again and again would fill the mailboxes of strangers and ruin the name of our mail server.
 */
export class LimitedMailSender implements MailSender {
  readonly #mail: MailSender;
  readonly #limits: MailLimits;

  constructor(mail: MailSender, limits: MailLimits) {
    this.#mail = mail;
    this.#limits = limits;
  }

  async send(to: string, message: AlertMessage): Promise<SendOutcome> {
    const { data } = message.event;
    const workspaceId = typeof data === 'object' && data !== null ? String(data.workspaceId) : '';
    const ofWorkspace = await this.#limits.workspace.consume(workspaceId);
    if (!ofWorkspace.allowed) return refused('This workspace sent too many messages', ofWorkspace.retryAfterSeconds);
    const ofRecipient = await this.#limits.recipient.consume(mailboxOf(to));
    if (!ofRecipient.allowed) return refused('This address got too many messages', ofRecipient.retryAfterSeconds);
    return this.#mail.send(to, message);
  }
}

function refused(what: string, retryAfterSeconds: number): SendOutcome {
  return { sent: false, error: `${what}; it can be tried again in ${Math.ceil(retryAfterSeconds / 60)} minutes.`, final: false };
}

/** Addresses that differ in case or in what follows a plus reach the same mailbox nearly everywhere. */
function mailboxOf(address: string): string {
  return address.toLowerCase().replace(/\+[^@]*(?=@)/, '');
}
