import { alertMessage } from '../domain/alerts/alert-message.ts';
import { mostAttempts, pauseAfterAttempt } from '../domain/alerts/delivery-attempts.ts';
import { mailNotSetUp } from '../domain/alerts/mail-not-set-up.ts';
import type { ReportIncident } from '../instance-manager/lifecycle-ports.ts';
import type { AlertStore, Clock, DueDelivery, MailSender, SendOutcome, WebhookSender } from '../ports.ts';

/** Messages sent at the same time. */
const slots = 10;
/** Of those, the most that are one workspace's: where its recipients are slow, those of others do not wait for them. */
const slotsOfOneWorkspace = 3;
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
  /** Messages that are being sent, by workspace. */
  readonly #sending = new Map<string, number>();
  /** Rules whose secret cannot be read, and which were reported. */
  readonly #reportedRules = new Set<string>();
  #running = 0;
  /** Something may be due that was not looked for yet, or may be sent now that could not be before. */
  #again = false;
  #wake = (): void => {};

  constructor(ports: AlertOutboxPorts) {
    this.#ports = ports;
  }

  /**
   * Sends what is due, and resolves when nothing is any more. Where that is going on already, looks at once for what is new. Never
   * rejects.
   */
  deliver(): Promise<void> {
    this.#lookAgain();
    this.#delivering ??= this.#deliverAll().finally(() => {
      this.#delivering = undefined;
    });
    return this.#delivering;
  }

  #lookAgain(): void {
    this.#again = true;
    this.#wake();
  }

  async #deliverAll(): Promise<void> {
    let mayClaim = true;
    do {
      this.#again = false;
      if (mayClaim) mayClaim = await this.#fillSlots();
      if (this.#running > 0 && !this.#again) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    } while (this.#running > 0 || (this.#again && mayClaim));
  }

  /** Begins to send what is due, as far as there is room for it. Answers `false` where nothing could be taken. */
  async #fillSlots(): Promise<boolean> {
    try {
      while (this.#running < slots) {
        const now = this.#ports.clock.now();
        const leaseUntil = new Date(now.getTime() + leaseMilliseconds).toISOString();
        const except = [...this.#sending].filter(([, count]) => count >= slotsOfOneWorkspace).map(([workspaceId]) => workspaceId);
        const [due] = await this.#ports.alerts.claimDue({ now: now.toISOString(), leaseUntil, limit: 1, except });
        if (due === undefined) return true;
        void this.#inSlot(due);
      }
      return true;
    } catch (cause) {
      this.#reportDelay(cause);
      return false;
    }
  }

  async #inSlot(due: DueDelivery): Promise<void> {
    const { workspaceId } = due.rule;
    this.#running += 1;
    this.#sending.set(workspaceId, (this.#sending.get(workspaceId) ?? 0) + 1);
    try {
      await this.#deliverOne(due);
    } catch (cause) {
      this.#reportDelay(cause);
    }
    this.#running -= 1;
    const left = (this.#sending.get(workspaceId) ?? 1) - 1;
    if (left > 0) this.#sending.set(workspaceId, left);
    else this.#sending.delete(workspaceId);
    this.#lookAgain();
  }

  #reportDelay(cause: unknown): void {
    this.#ports.report({ message: 'Messages about alerts could not be sent; tried again shortly.', cause });
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

  async #send({ delivery, alert, rule, webhookSecret, unreadableSecret }: DueDelivery): Promise<SendOutcome> {
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
      if (unreadableSecret !== undefined) return this.#refuseUnreadable(rule.id, unreadableSecret);
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

  #refuseUnreadable(ruleId: string, cause: unknown): SendOutcome {
    if (!this.#reportedRules.has(ruleId)) {
      this.#reportedRules.add(ruleId);
      this.#ports.report({ message: `The webhook secret of the alert rule ${ruleId} cannot be opened.`, cause });
    }
    const error = 'The secret that signs these messages cannot be read. Remove the webhook from the rule and set it again.';
    return { sent: false, error, final: true };
  }
}
