import { dayMs, dayNumber } from '../calendar.ts';
import { timestamp } from '../fields.ts';
import { mailboxNotFound } from '../refusal.ts';
import type { Account } from '../state/account.ts';
import { fakeImapPassword, fakeSmtpPassword, type Mailbox } from '../state/mailbox.ts';

/** Throws Refusal where the account has no such mailbox. */
export function findCampaignSender(account: Account, mailboxId: number): Mailbox {
  const mailbox = account.mailboxes.get(mailboxId);
  if (mailbox === undefined) throw mailboxNotFound(mailboxId);
  return mailbox;
}

/**
 * A mailbox as the service hands it out, passwords included: base64 in the account's list, plain by id and by campaign. The
 * passwords are made up, so a client can be tested for dropping them.
 */
export function mailboxRow(account: Account, mailbox: Mailbox, passwords: 'plain' | 'base64', now: number, withTags = true) {
  const encode = (text: string) => (passwords === 'plain' ? text : Buffer.from(text).toString('base64'));
  return {
    id: mailbox.id,
    created_at: timestamp(mailbox.createdAt),
    updated_at: timestamp(mailbox.updatedAt),
    user_id: account.userId,
    from_name: mailbox.fromName,
    from_email: mailbox.fromEmail,
    minTimeToWaitInMins: mailbox.minutesBetweenEmails,
    username: mailbox.username,
    password: encode(fakeSmtpPassword(mailbox.id)),
    smtp_host: mailbox.smtpHost,
    smtp_port: mailbox.smtpPort,
    smtp_port_type: 'TLS',
    message_per_day: mailbox.messagesPerDay,
    different_reply_to_address: mailbox.replyTo,
    is_different_imap_account: false,
    imap_username: mailbox.username,
    imap_password: encode(fakeImapPassword(mailbox.id)),
    imap_host: mailbox.imapHost,
    imap_port: mailbox.imapPort,
    imap_port_type: 'SSL',
    signature: mailbox.signature,
    custom_tracking_domain: mailbox.trackingDomain,
    bcc_email: mailbox.bcc,
    is_smtp_success: mailbox.connected,
    is_imap_success: mailbox.connected,
    smtp_failure_error: mailbox.connected ? null : 'Invalid login: 535 Authentication failed',
    imap_failure_error: mailbox.connected ? null : 'Invalid credentials (Failure)',
    type: mailbox.type,
    daily_sent_count: sentSince(account, mailbox.id, (dayNumber(now) - 1) * dayMs),
    client_id: mailbox.clientId,
    campaign_count: campaignIdsOf(account, mailbox.id).length,
    is_suspended: mailbox.suspended,
    warmup_details: warmupColumns(mailbox),
    ...(withTags ? { tags: mailboxTags(account, mailbox) } : {}),
  };
}

export function campaignIdsOf(account: Account, mailboxId: number): number[] {
  return [...account.campaigns.values()].filter((campaign) => campaign.mailboxIds.has(mailboxId)).map((campaign) => campaign.id);
}

export function mailboxTags(account: Account, mailbox: Mailbox) {
  return [...mailbox.tagIds].flatMap((tagId) => {
    const tag = account.tags.get(tagId);
    return tag === undefined ? [] : [{ id: tag.id, name: tag.name, color: tag.color }];
  });
}

function warmupColumns(mailbox: Mailbox) {
  const { warmup } = mailbox;
  return {
    id: mailbox.id + 1_000_000,
    status: warmup.status,
    total_sent_count: warmup.totalSent,
    total_spam_count: warmup.totalSpam,
    warmup_reputation: `${warmup.reputation}%`,
    warmup_key_id: mailbox.id + 2_000_000,
    created_at: timestamp(warmup.createdAt),
    warmup_created_at: timestamp(warmup.createdAt),
    reply_rate: warmup.replyRate,
    blocked_reason: null,
    warmup_max_count: warmup.perDay,
    warmup_min_count: Math.min(warmup.rampUp, warmup.perDay),
    is_warmup_blocked: false,
    max_email_per_day: mailbox.messagesPerDay,
  };
}

/** Mail of yesterday and today: the seeds end with yesterday, and a demo should not show nought. */
function sentSince(account: Account, mailboxId: number, since: number): number {
  let count = 0;
  for (const membership of account.memberships()) {
    for (const message of membership.messages) if (message.mailboxId === mailboxId && message.sentAt >= since) count += 1;
  }
  return count;
}
