import { type Fields, timestamp } from '../fields.ts';
import type { Account } from '../state/account.ts';
import type { Mailbox } from '../state/mailbox.ts';

/** Messages that lie in a mailbox: the answers of leads, newest first. Only the inbox folder holds any. */
export function mailboxMessages(account: Account, mailbox: Mailbox, request: Fields) {
  const folder = request.optionalText('folder') ?? 'INBOX';
  if (folder.toUpperCase() !== 'INBOX') return [];
  const from = request.optionalTime('from') ?? Number.NEGATIVE_INFINITY;
  const to = request.optionalTime('to') ?? Number.POSITIVE_INFINITY;
  return [...account.memberships()]
    .filter((membership) => membership.mailboxId === mailbox.id)
    .flatMap((membership) => membership.thread)
    .filter((message) => message.direction === 'REPLY' && message.time >= from && message.time <= to)
    .sort((one, other) => other.time - one.time)
    .slice(0, request.optionalNumber('limit') ?? 100)
    .map((message) => ({
      message_id: message.messageId,
      folder: 'INBOX',
      from: message.from,
      to: message.to,
      subject: message.subject,
      date: timestamp(message.time),
      ...(request.flag('includeBody') ? { body: message.body } : {}),
    }));
}
