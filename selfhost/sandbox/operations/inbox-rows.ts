import { timestamp } from '../fields.ts';
import type { Account } from '../state/account.ts';
import type { Membership, ThreadMessage } from '../state/campaign.ts';
import { messageHistory } from './lead-rows.ts';

export function lastReply(membership: Membership): ThreadMessage | undefined {
  return membership.thread.findLast((message) => message.direction === 'REPLY');
}

/** A row as the inbox lists were observed to give it: flat, with lead_ and email_ names. */
export function observedRow(account: Account, membership: Membership, withHistory: boolean, now: number) {
  const lead = account.leads.get(membership.leadId);
  const campaign = account.campaigns.get(membership.campaignId);
  return {
    email_lead_map_id: String(membership.mapId),
    email_lead_id: String(membership.leadId),
    lead_first_name: lead?.firstName ?? '',
    lead_last_name: lead?.lastName ?? '',
    lead_email: lead?.email ?? '',
    lead_status: membership.status,
    lead_category_id: membership.categoryId,
    last_sent_time: timestamp(membership.messages.at(-1)?.sentAt ?? null),
    last_reply_time: timestamp(lastReply(membership)?.time ?? null),
    has_new_unread_email: membership.unread,
    email_account_id: membership.mailboxId,
    revenue: membership.revenue,
    email_campaign_id: membership.campaignId,
    email_campaign_name: campaign?.name ?? '',
    client_id: campaign?.clientId ?? null,
    sub_sequence_id: membership.subsequenceId,
    current_sequence_number: membership.messages.at(-1)?.sequenceNumber ?? 0,
    team_member_id: membership.teamMemberId,
    is_important: membership.important,
    is_archived: membership.archived,
    is_snoozed: membership.snoozedUntil !== null && membership.snoozedUntil > now,
    ...(membership.reminder === null
      ? {}
      : { reminder_time: timestamp(membership.reminder.time), reminder_message: membership.reminder.message }),
    ...(membership.scheduledFor === null ? {} : { scheduled_time: timestamp(membership.scheduledFor) }),
    ...(withHistory && lead !== undefined ? { email_history: messageHistory(account, lead, membership) } : {}),
  };
}

/** A row of those inbox lists of which only the documented, nested form is known. */
export function documentedRow(account: Account, membership: Membership, withHistory: boolean) {
  const lead = account.leads.get(membership.leadId);
  const campaign = account.campaigns.get(membership.campaignId);
  const mailbox = account.mailboxes.get(membership.mailboxId ?? 0);
  const category = account.categories.get(membership.categoryId ?? 0);
  const member = account.teamMembers.get(membership.teamMemberId ?? 0);
  const subsequence = account.campaigns.get(membership.subsequenceId ?? 0);
  const reply = lastReply(membership);
  const sent = membership.messages.at(-1);
  return {
    id: reply?.statsId ?? sent?.statsId ?? '',
    campaign_lead_map_id: String(membership.mapId),
    lead: {
      email: lead?.email ?? '',
      first_name: lead?.firstName ?? '',
      last_name: lead?.lastName ?? '',
      company: lead?.companyName ?? '',
    },
    campaign: { id: membership.campaignId, name: campaign?.name ?? '' },
    email_account: { id: mailbox?.id ?? null, email: mailbox?.fromEmail ?? '' },
    last_message: {
      subject: reply?.subject ?? sent?.subject ?? '',
      body: reply?.body ?? '',
      sent_at: timestamp(sent?.sentAt ?? null),
      received_at: timestamp(reply?.time ?? null),
      opened_at: timestamp(sent?.openedAt ?? null),
      replied_at: timestamp(sent?.repliedAt ?? null),
    },
    subsequence: subsequence === undefined ? null : { id: subsequence.id, name: subsequence.name },
    email_status: reply === undefined ? 'Not Replied' : 'Replied',
    category: category === undefined ? null : { id: category.id, name: category.name },
    assigned_to: member === undefined ? null : { id: member.id, name: member.name },
    stats: {
      opens: membership.messages.filter((message) => message.openedAt !== null).length,
      clicks: membership.messages.filter((message) => message.clickedAt !== null).length,
      replies: membership.messages.filter((message) => message.repliedAt !== null).length,
    },
    is_read: !membership.unread,
    ...(withHistory && lead !== undefined ? { message_history: messageHistory(account, lead, membership) } : {}),
  };
}
