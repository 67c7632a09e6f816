import { lastActivity } from '../event-counts.ts';
import { timestamp } from '../fields.ts';
import { renderTemplate } from '../render-template.ts';
import type { Account } from '../state/account.ts';
import type { Membership } from '../state/campaign.ts';
import type { Lead } from '../state/lead.ts';

/** A person as campaign listings nest it. */
export function leadColumns(lead: Lead) {
  return {
    id: lead.id,
    first_name: lead.firstName,
    last_name: lead.lastName,
    email: lead.email,
    phone_number: lead.phoneNumber,
    company_name: lead.companyName,
    website: lead.website,
    location: lead.location,
    custom_fields: lead.customFields,
    linkedin_profile: lead.linkedinProfile,
    company_url: lead.companyUrl,
    is_unsubscribed: lead.unsubscribed,
    unsubscribed_client_id_map: null,
  };
}

/** One row of a campaign's lead listing. The map id comes as a string here and as a number elsewhere, as in the real service. */
export function membershipRow(lead: Lead, membership: Membership) {
  return {
    campaign_lead_map_id: String(membership.mapId),
    lead_category_id: membership.categoryId,
    status: membership.status,
    created_at: timestamp(membership.createdAt),
    lead: { ...leadColumns(lead), is_unsubscribed: lead.unsubscribed || membership.unsubscribed },
  };
}

/** What `leads/get-by-email` says about each campaign of a lead. */
export function leadCampaignRow(account: Account, membership: Membership) {
  const campaign = account.campaigns.get(membership.campaignId);
  const client = campaign?.clientId == null ? undefined : account.clients.get(campaign.clientId);
  return {
    campaign_lead_map_id: membership.mapId,
    campaign_id: membership.campaignId,
    campaign_name: campaign?.name ?? '',
    client_id: campaign?.clientId ?? null,
    client_email: client?.email ?? null,
    lead_category_id: membership.categoryId,
    last_sent_at: timestamp(membership.messages.at(-1)?.sentAt ?? null),
    last_reply_at: timestamp(membership.thread.findLast((message) => message.direction === 'REPLY')?.time ?? null),
    last_activity_at: timestamp(lastActivity(membership)),
  };
}

/** The correspondence of a lead in a campaign, oldest first. */
export function messageHistory(account: Account, lead: Lead, membership: Membership, after = Number.NEGATIVE_INFINITY) {
  const sent = membership.messages.map((message) => ({
    time: message.sentAt,
    row: {
      stats_id: message.statsId,
      from: account.mailboxes.get(message.mailboxId)?.fromEmail ?? '',
      to: lead.email,
      type: 'SENT',
      message_id: message.messageId,
      time: timestamp(message.sentAt),
      subject: message.subject,
      email_body: renderTemplate(message.body, lead),
      email_seq_number: String(message.sequenceNumber),
      open_count: message.openCount,
      click_count: message.clickCount,
    },
  }));
  const others = membership.thread.map((message) => ({
    time: message.time,
    row: {
      stats_id: message.statsId,
      from: message.from,
      to: message.to,
      type: message.direction,
      message_id: message.messageId,
      time: timestamp(message.time),
      subject: message.subject,
      email_body: message.body,
    },
  }));
  return [...sent, ...others]
    .filter((entry) => entry.time > after)
    .sort((one, other) => one.time - other.time)
    .map((entry) => entry.row);
}
