import { dateOfDay, dayNumber } from '../calendar.ts';
import type { Fields } from '../fields.ts';
import { type Call, campaignOf, mailboxOf, type OperationHandlers, pageOf } from '../operation-handler.ts';
import { PseudoRandom } from '../pseudo-random.ts';
import { notPossible } from '../refusal.ts';
import type { Account } from '../state/account.ts';
import { type Mailbox, type MailboxType, newMailbox } from '../state/mailbox.ts';
import { mailboxMessages } from './mailbox-messages.ts';
import { campaignIdsOf, findCampaignSender, mailboxRow, mailboxTags } from './mailbox-rows.ts';

export const mailboxOperations: OperationHandlers = {
  'email-accounts/get-all': ({ account, query, now }) => {
    const matching = [...account.mailboxes.values()].filter((mailbox) => matches(account, mailbox, query));
    return pageOf(matching, query).items.map((mailbox) => mailboxRow(account, mailbox, 'base64', now));
  },

  'email-accounts/get-by-id': (call) => {
    const mailbox = mailboxOf(call);
    return {
      ...mailboxRow(call.account, mailbox, 'plain', call.now, call.query.flag('fetch_tags')),
      ...(call.query.flag('fetch_campaigns') ? { campaign_ids: campaignIdsOf(call.account, mailbox.id) } : {}),
    };
  },

  'email-accounts/add-smtp': (call) => {
    const { body } = call;
    const type = (body.optionalText('type') ?? 'SMTP') as MailboxType;
    const mailbox = saveMailbox(call, body.text('user_name'), type);
    mailbox.smtpHost = body.text('smtp_host');
    mailbox.smtpPort = body.number('smtp_port');
    mailbox.imapHost = body.text('imap_host');
    mailbox.imapPort = body.number('imap_port');
    mailbox.replyTo = body.optionalText('different_reply_to_address') ?? mailbox.replyTo;
    mailbox.suspended = body.optionalFlag('is_suspended') ?? mailbox.suspended;
    const warmupDetails = { status: mailbox.warmup.status, total_warmup_per_day: mailbox.warmup.perDay };
    const data = { ...savedColumns(mailbox), warmup_details: warmupDetails };
    return { ok: true, message: 'Email account added successfully', data };
  },

  'email-accounts/add-oauth': (call) => {
    const type = call.body.text('type') as MailboxType;
    const mailbox = saveMailbox(call, call.body.text('username'), type);
    return { ok: true, message: 'OAuth account added successfully', data: { ...savedColumns(mailbox), type } };
  },

  'email-accounts/update': (call) => {
    const mailbox = mailboxOf(call);
    changeMailbox(mailbox, call);
    mailbox.suspended = call.body.optionalFlag('is_suspended') ?? mailbox.suspended;
    return { ok: true, message: 'Email account updated successfully' };
  },

  'email-accounts/delete': (call) => {
    const mailbox = mailboxOf(call);
    call.account.mailboxes.delete(mailbox.id);
    for (const campaign of call.account.campaigns.values()) campaign.mailboxIds.delete(mailbox.id);
    return { ok: true, message: 'Email account deleted successfully!', emailAccountId: mailbox.id };
  },

  'email-accounts/warmup-settings': (call) => {
    const mailbox = mailboxOf(call);
    changeWarmup(mailbox, call.body);
    mailbox.updatedAt = call.now;
    return { ok: true, message: 'Warmup settings updated successfully' };
  },

  'email-accounts/warmup-stats': (call) => warmupStatistics(mailboxOf(call), call.now),

  'email-accounts/suspend': (call) => setSuspended(call, true),

  'email-accounts/unsuspend': (call) => setSuspended(call, false),

  'campaigns/get-email-accounts': (call) => {
    const { account, query, now } = call;
    return [...campaignOf(call).mailboxIds].flatMap((mailboxId) => {
      const mailbox = account.mailboxes.get(mailboxId);
      return mailbox === undefined ? [] : [mailboxRow(account, mailbox, 'plain', now, query.flag('include_tags'))];
    });
  },

  'campaigns/add-email-accounts': (call) => {
    const campaign = campaignOf(call);
    const mailboxes = call.body.numbers('email_account_ids').map((id) => findCampaignSender(call.account, id));
    for (const mailbox of mailboxes) campaign.mailboxIds.add(mailbox.id);
    return { ok: true };
  },

  'campaigns/remove-email-accounts': (call) => {
    const campaign = campaignOf(call);
    for (const id of call.body.numbers('email_account_ids')) campaign.mailboxIds.delete(id);
    return { ok: true };
  },

  'email-account-tags/get-all': ({ account, body }) => {
    const addresses = new Set(body.texts('email_ids').map((address) => address.toLowerCase()));
    const mailboxes = [...account.mailboxes.values()].filter((mailbox) => addresses.has(mailbox.fromEmail.toLowerCase()));
    const data = mailboxes.map((mailbox) => ({
      email_account_id: mailbox.id,
      from_email: mailbox.fromEmail,
      tags: mailboxTags(account, mailbox),
    }));
    return { ok: true, data };
  },

  'email-account-tags/create-new': ({ account, body }) => {
    const tag = { id: account.nextIdentifier(), name: body.text('name'), color: body.optionalText('color') ?? '#9E9E9E' };
    account.tags.set(tag.id, tag);
    return { ok: true, data: tag };
  },

  'email-account-tags/update': ({ account, body }) => {
    const tag = account.tags.get(body.number('id'));
    if (tag === undefined) throw notPossible('Tag not found');
    tag.name = body.text('name');
    tag.color = body.text('color');
    return { ok: true, data: { ...tag } };
  },

  'email-account-tags/assign': (call) => {
    for (const mailbox of taggedMailboxes(call)) for (const tagId of call.body.numbers('tag_ids')) mailbox.tagIds.add(tagId);
    return { ok: true, message: 'Tags assigned successfully' };
  },

  'email-account-tags/remove': (call) => {
    for (const mailbox of taggedMailboxes(call)) for (const tagId of call.body.numbers('tag_ids')) mailbox.tagIds.delete(tagId);
    return { ok: true, message: 'Tags removed successfully' };
  },

  'extra/email-accounts-reconnect-failed': ({ account }) => {
    let reconnected = 0;
    for (const mailbox of account.mailboxes.values()) {
      if (!mailbox.connected) reconnected += 1;
      mailbox.connected = true;
    }
    return { ok: true, message: `${reconnected} email accounts reconnected` };
  },

  'extra/email-accounts-fetch-messages': (call) => ({
    ok: true,
    data: mailboxMessages(call.account, mailboxOf(call), call.body),
  }),

  'extra/email-accounts-fetch-messages-bulk': ({ account, body }) => {
    const data = body.objects('$body').map((request) => {
      const mailbox = findCampaignSender(account, request.number('account_id'));
      return { account_id: mailbox.id, messages: mailboxMessages(account, mailbox, request) };
    });
    return { ok: true, data };
  },
};

function matches(account: Account, mailbox: Mailbox, query: Fields): boolean {
  const inUse = query.optionalFlag('isInUse');
  const username = query.optionalText('username')?.toLowerCase();
  return (
    (inUse === undefined || campaignIdsOf(account, mailbox.id).length > 0 === inUse) &&
    (!query.has('emailWarmupStatus') || mailbox.warmup.status === query.text('emailWarmupStatus')) &&
    (!query.has('isSmtpSuccess') || mailbox.connected === query.flag('isSmtpSuccess')) &&
    (!query.has('isWarmupBlocked') || !query.flag('isWarmupBlocked')) &&
    (!query.has('esp') || mailbox.type === query.text('esp')) &&
    (username === undefined || mailbox.username.toLowerCase().includes(username)) &&
    (!query.has('client_id') || mailbox.clientId === query.number('client_id'))
  );
}

/** Creates the mailbox, or changes the one whose id was sent. */
function saveMailbox(call: Call, username: string, type: MailboxType): Mailbox {
  const { account, body, now } = call;
  const id = body.optionalNumber('id');
  let mailbox = id === undefined ? undefined : findCampaignSender(account, id);
  const fromEmail = body.text('from_email');
  if (mailbox === undefined) {
    if ([...account.mailboxes.values()].some((other) => other.fromEmail.toLowerCase() === fromEmail.toLowerCase()))
      throw notPossible('Email account already exists.');
    mailbox = newMailbox({
      id: account.nextIdentifier('mailbox'),
      fromName: body.text('from_name'),
      fromEmail,
      username,
      type,
      createdAt: now,
    });
    account.mailboxes.set(mailbox.id, mailbox);
  }
  mailbox.fromEmail = fromEmail;
  mailbox.username = username;
  mailbox.type = type;
  changeMailbox(mailbox, call);
  changeWarmup(mailbox, body);
  return mailbox;
}

function changeMailbox(mailbox: Mailbox, { account, body, now }: Call): void {
  mailbox.fromName = body.optionalText('from_name') ?? mailbox.fromName;
  mailbox.messagesPerDay = body.optionalNumber('max_email_per_day') ?? mailbox.messagesPerDay;
  mailbox.minutesBetweenEmails = body.optionalNumber('time_to_wait_in_mins') ?? mailbox.minutesBetweenEmails;
  mailbox.signature = body.optionalText('signature') ?? mailbox.signature;
  mailbox.bcc = body.optionalText('bcc') ?? mailbox.bcc;
  mailbox.trackingDomain = body.optionalText('custom_tracking_url') ?? mailbox.trackingDomain;
  const clientId = body.optionalNumber('client_id');
  if (clientId !== undefined && !account.clients.has(clientId)) throw notPossible('Client not found - Invalid client_id.');
  mailbox.clientId = clientId ?? mailbox.clientId;
  mailbox.updatedAt = now;
}

function changeWarmup(mailbox: Mailbox, body: Fields): void {
  const { warmup } = mailbox;
  warmup.status = body.flag('warmup_enabled') ? 'ACTIVE' : 'INACTIVE';
  warmup.perDay = body.optionalNumber('total_warmup_per_day') ?? warmup.perDay;
  warmup.rampUp = body.optionalNumber('daily_rampup') ?? warmup.rampUp;
  warmup.replyRate = body.optionalNumber('reply_rate_percentage') ?? warmup.replyRate;
}

function savedColumns(mailbox: Mailbox) {
  return {
    id: mailbox.id,
    from_email: mailbox.fromEmail,
    is_smtp_success: mailbox.connected,
    is_imap_success: mailbox.connected,
  };
}

function setSuspended(call: Call, suspended: boolean) {
  const mailbox = mailboxOf(call);
  mailbox.suspended = suspended;
  mailbox.updatedAt = call.now;
  const message = `Email account ${suspended ? 'suspended' : 'unsuspended'} successfully`;
  return { success: true, message, data: { accountId: mailbox.id, isSuspended: suspended } };
}

function taggedMailboxes(call: Call): Mailbox[] {
  if (call.body.numbers('tag_ids').some((tagId) => !call.account.tags.has(tagId))) throw notPossible('Tag not found');
  return call.body.numbers('email_account_ids').map((id) => findCampaignSender(call.account, id));
}

/** The last seven days of warm-up mail; the same for the same mailbox on the same day. */
function warmupStatistics(mailbox: Mailbox, now: number) {
  const random = new PseudoRandom(`warm-up ${mailbox.id}`);
  const today = dayNumber(now);
  const active = mailbox.warmup.status === 'ACTIVE';
  const days = Array.from({ length: 7 }, (_, index) => {
    const sent = active ? random.integer(10, 20) : 0;
    const spam = active && random.chance(0.2) ? 1 : 0;
    const opened = Math.floor((sent - spam) * 0.8);
    return { date: dateOfDay(today - 7 + index), sent, spam, delivered: sent - spam, opened, replied: Math.floor(opened * 0.3) };
  });
  return {
    total_sent: days.reduce((total, day) => total + day.sent, 0),
    spam_count: days.reduce((total, day) => total + day.spam, 0),
    reputation_score: mailbox.warmup.reputation,
    daily_stats: days,
  };
}
