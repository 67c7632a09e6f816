import { alertMessage } from '../domain/alerts/alert-message.ts';
import { mostAttempts, pauseAfterAttempt } from '../domain/alerts/delivery-attempts.ts';
import { mailNotSetUp } from '../domain/alerts/mail-not-set-up.ts';
import type { ReportIncident } from '../instance-manager/lifecycle-ports.ts';
import type { AlertStore, Clock, DueDelivery, MailSender, SendOutcome, WebhookSender } from '../ports.ts';

/** Messages sent at the same time. */
const batch = 10;
/** Longer than any attempt takes: until then nobody else sends a message that was taken. */
const leaseMilliseconds = 3 * 60_000;

export interface AlertOutboxPorts {
  clock: Clock;
  alerts: Pick<AlertStore, 'claimDue' | 'settle'>;
  /** `null` where no mail server is set up. */
  mail: MailSender | null;
  webhooks: WebhookSender;
  /** Where the dashboard is, without a trailing slash; read at every message. */
  publicUrl(): string;
  report: ReportIncident;
}

/**
 * Sends the stored messages about alerts whose time has come. A message is sent at least once: one that was sent when this process
 * died, before it could note that, is sent again with the same id.
 */
export class AlertOutbox {
  readonly #ports: AlertOutboxPorts;
  #delivering: Promise<void> | undefined;
  #again = false;

  constructor(ports: AlertOutboxPorts) {
    this.#ports = ports;
  }

  /** Sends what is due. Where that is going on already, looks once more when it has ended. Never rejects. */
  deliver(): Promise<void> {
    this.#again = true;
    this.#delivering ??= this.#deliverAll().finally(() => {
      this.#delivering = undefined;
    });
    return this.#delivering;
  }

  async #deliverAll(): Promise<void> {
    try {
      while (this.#again) {
        this.#again = false;
        for (;;) {
          const now = this.#ports.clock.now();
          const leaseUntil = new Date(now.getTime() + leaseMilliseconds).toISOString();
          const due = await this.#ports.alerts.claimDue({ now: now.toISOString(), leaseUntil, limit: batch });
          if (due.length === 0) break;
          await Promise.all(due.map((each) => this.#deliverOne(each)));
        }
      }
    } catch (cause) {
      this.#ports.report({ message: 'Messages about alerts could not be sent; tried again shortly.', cause });
    }
  }

  async #deliverOne(due: DueDelivery): Promise<void> {
    const { delivery } = due;
    const outcome = await this.#send(due);
    const now = this.#ports.clock.now().getTime();
    const at = new Date(now).toISOString();
    if (outcome.sent) return this.#ports.alerts.settle(delivery.id, { status: 'sent', at, lastError: null });
    const pause = outcome.final ? undefined : pauseAfterAttempt(delivery.attempts);
    await this.#ports.alerts.settle(delivery.id, {
      status: pause === undefined ? 'failed' : 'pending',
      at,
      lastError: outcome.error,
      ...(pause === undefined ? {} : { nextAttemptAt: new Date(now + pause).toISOString() }),
    });
  }

  async #send({ delivery, alert, rule, webhookSecret }: DueDelivery): Promise<SendOutcome> {
    const { mail, webhooks } = this.#ports;
    const message = alertMessage(delivery.id, rule, alert, this.#ports.publicUrl());
    // It was taken and never settled, again and again: whatever ends the process while it is sent must not go on for ever.
    if (delivery.attempts > mostAttempts) {
      return { sent: false, error: 'Whether the message arrived is not known.', final: true };
    }
    try {
      if (delivery.channel === 'email') {
        return mail === null ? { sent: false, error: mailNotSetUp, final: true } : await mail.send(delivery.recipient, message);
      }
      // The rule may have another webhook by now, and with it another secret.
      if (webhookSecret === null || rule.webhookUrl !== delivery.recipient) {
        return { sent: false, error: 'The rule has another webhook by now.', final: true };
      }
      return await webhooks.send(delivery.recipient, webhookSecret, message);
    } catch (cause) {
      this.#ports.report({ message: 'A message about an alert could not be sent.', cause });
      return { sent: false, error: 'The message could not be sent because of a fault on our side.', final: false };
    }
  }
}
