import { type Call, campaignOf, type OperationHandlers } from '../operation-handler.ts';
import { leadNotFound, mailboxNotFound, notPossible } from '../refusal.ts';
import type { Campaign, Membership, ThreadMessage } from '../state/campaign.ts';

/** Operations that would send mail at once. The sandbox sends none: it keeps the message in the thread, where history shows it. */
export const sendingOperations: OperationHandlers = {
  'campaigns/reply-email-thread': (call) => {
    const { body } = call;
    const membership = threadOf(campaignOf(call), body.text('email_stats_id'));
    const lead = call.account.leads.get(membership.leadId);
    const scheduled = body.optionalTime('scheduled_time');
    if (scheduled !== undefined && scheduled > call.now) membership.scheduledFor = scheduled;
    const subject = membership.thread.at(-1)?.subject ?? `Re: ${membership.messages.at(-1)?.subject ?? ''}`;
    append(call, membership, 'SENT', body.optionalText('to_email') ?? lead?.email ?? '', subject, body.text('email_body'));
    membership.unread = false;
    return { success: true, message: 'Reply sent successfully' };
  },

  'inbox/forward': (call) => {
    const { body } = call;
    const membership = threadOf(campaignOf(call), body.text('stats_id'));
    const subject = body.optionalText('forward_email_subject') ?? `Fwd: ${membership.messages.at(-1)?.subject ?? ''}`;
    const message = append(
      call,
      membership,
      'FORWARD',
      body.text('to_emails'),
      subject,
      body.optionalText('forward_email_body') ?? '',
    );
    return { ok: true, messageId: message.messageId, status: 'success' };
  },

  'campaigns/send-test-email': (call) => {
    const { account, body } = call;
    const campaign = campaignOf(call);
    if (!account.leads.has(body.number('leadId'))) throw leadNotFound();
    if (!campaign.sequence.some((step) => step.number === body.number('sequenceNumber'))) throw notPossible('Sequence not found');
    const mailboxId = body.optionalNumber('selectedEmailAccountId');
    if (mailboxId !== undefined && !account.mailboxes.has(mailboxId)) throw mailboxNotFound(mailboxId);
    return { success: true, message: 'Test email sent successfully' };
  },

  'utilities/send-single-email': ({ account, body }) => {
    const id = body.optionalNumber('fromEmailId');
    const address = body.optionalText('fromEmail')?.toLowerCase();
    const sender = [...account.mailboxes.values()].find((mailbox) =>
      id === undefined ? mailbox.fromEmail.toLowerCase() === address : mailbox.id === id,
    );
    if (sender === undefined) throw mailboxNotFound(id ?? 0);
    return { success: true, data: { message: 'Email sent successfully', message_id: `msg_${account.random.hexadecimal(12)}` } };
  },
};

function threadOf(campaign: Campaign, statsId: string): Membership {
  for (const membership of campaign.memberships.values()) {
    if ([...membership.messages, ...membership.thread].some((message) => message.statsId === statsId)) return membership;
  }
  throw notPossible('Email not found - Invalid email_stats_id.');
}

function append(
  { account, now }: Call,
  membership: Membership,
  direction: ThreadMessage['direction'],
  to: string,
  subject: string,
  body: string,
): ThreadMessage {
  const statsId = account.random.uuid();
  const from = account.mailboxes.get(membership.mailboxId ?? 0)?.fromEmail ?? '';
  const message = { statsId, messageId: `<${statsId}@outreach.example.com>`, direction, time: now, from, to, subject, body };
  membership.thread.push(message);
  return message;
}
