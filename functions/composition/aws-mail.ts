import { DynamoAttemptLimiter } from '../adapters/dynamodb/attempt-limiter.ts';
import type { PlatformTable } from '../adapters/dynamodb/table.ts';
import { createMailClient } from '../adapters/ses/client.ts';
import { SesMailSender } from '../adapters/ses/mail-sender.ts';
import { LimitedMailSender } from '../adapters/smtp/limited-mail-sender.ts';
import type { Clock, MailSender } from '../ports.ts';

const hour = 60 * 60;

/** Mail through SES within limits that all programs share; `null` where no address to send from is set up. */
export function createAwsMail(from: string | undefined, table: PlatformTable, clock: Clock): MailSender | null {
  if (from === undefined) return null;
  return new LimitedMailSender(new SesMailSender(createMailClient(), from), {
    recipient: new DynamoAttemptLimiter(table, { name: 'mail-to-recipient', attempts: 60, windowSeconds: hour, clock }),
    workspace: new DynamoAttemptLimiter(table, { name: 'mail-of-workspace', attempts: 300, windowSeconds: hour, clock }),
  });
}
