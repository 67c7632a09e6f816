import { type Fields, timestamp } from '../fields.ts';
import { renderTemplate } from '../render-template.ts';
import type { Account } from '../state/account.ts';
import type { Campaign, Membership, SentMessage } from '../state/campaign.ts';

/** The sent messages of a campaign that the query's filters leave over. */
export function statisticsRows(account: Account, campaign: Campaign, query: Fields) {
  const from = query.optionalTime('sent_time_start_date') ?? Number.NEGATIVE_INFINITY;
  const to = query.optionalTime('sent_time_end_date') ?? Number.POSITIVE_INFINITY;
  const step = query.optionalNumber('email_sequence_number');
  const status = query.optionalText('email_status');
  const rows: { membership: Membership; message: SentMessage }[] = [];
  for (const membership of campaign.memberships.values()) {
    if (!account.leads.has(membership.leadId)) continue;
    for (const message of membership.messages) {
      if (message.sentAt < from || message.sentAt > to || (step !== undefined && message.sequenceNumber !== step)) continue;
      if (status === undefined || sawEvent(message, status)) rows.push({ membership, message });
    }
  }
  return rows;
}

function sawEvent(message: SentMessage, status: string): boolean {
  const times: Record<string, number | null> = {
    opened: message.openedAt,
    clicked: message.clickedAt,
    replied: message.repliedAt,
    unsubscribed: message.unsubscribedAt,
    bounced: message.bouncedAt,
  };
  return times[status] != null;
}

/** One sent message with all that happened to it. */
export function statisticsRow(account: Account, membership: Membership, message: SentMessage) {
  const lead = account.leads.get(membership.leadId);
  return {
    lead_name: lead === undefined ? '' : `${lead.firstName} ${lead.lastName}`.trim(),
    lead_email: lead?.email ?? '',
    lead_category: membership.categoryId === null ? null : (account.categories.get(membership.categoryId)?.name ?? null),
    sequence_number: message.sequenceNumber,
    stats_id: message.statsId,
    email_subject: message.subject,
    email_message: renderTemplate(message.body, lead),
    sent_time: timestamp(message.sentAt),
    open_time: timestamp(message.openedAt),
    click_time: timestamp(message.clickedAt),
    reply_time: timestamp(message.repliedAt),
    open_count: message.openCount,
    click_count: message.clickCount,
    is_unsubscribed: message.unsubscribedAt !== null,
    is_bounced: message.bouncedAt !== null,
  };
}

/** All that was sent to a lead in a campaign, with the answers. */
export function activityRow(account: Account, membership: Membership) {
  const campaign = account.campaigns.get(membership.campaignId);
  const lead = account.leads.get(membership.leadId);
  return {
    lead_id: membership.leadId,
    email_lead_map_id: membership.mapId,
    campaign_id: membership.campaignId,
    campaign_name: campaign?.name ?? '',
    campaign_status: campaign?.status ?? '',
    status: membership.status,
    current_seq_num: membership.messages.at(-1)?.sequenceNumber ?? 0,
    created_at: timestamp(membership.createdAt),
    activities: membership.messages.map((message) => {
      const reply = message.repliedAt === null ? undefined : membership.thread.find((other) => other.time === message.repliedAt);
      return {
        stats_id: message.statsId,
        message_id: message.messageId,
        subject: message.subject,
        email_body: renderTemplate(message.body, lead),
        sent_time: timestamp(message.sentAt),
        from_email: account.mailboxes.get(message.mailboxId)?.fromEmail ?? '',
        to_email: lead?.email ?? '',
        email_seq_number: message.sequenceNumber,
        open_count: message.openCount,
        click_count: message.clickCount,
        click_details: {},
        reply_details:
          reply === undefined ? null : { time: timestamp(reply.time), reply_email_body: reply.body, message_id: reply.messageId },
        thread_replies: [],
      };
    }),
  };
}
