import { lastActivity } from '../event-counts.ts';
import type { Fields } from '../fields.ts';
import { changeLead, importLeads, upsertLead } from '../lead-import.ts';
import { type Call, campaignOf, membershipOf, type OperationHandlers, pageOf, TextAnswer } from '../operation-handler.ts';
import { leadMapNotFound, notPossible } from '../refusal.ts';
import type { Membership } from '../state/campaign.ts';
import type { Lead } from '../state/lead.ts';
import { leadColumns, membershipRow, messageHistory } from './lead-rows.ts';
import { leadsCsv } from './leads-csv.ts';
import { findCampaignSender } from './mailbox-rows.ts';

export const campaignLeadOperations: OperationHandlers = {
  'campaigns/add-leads': (call) => {
    const { account, body, now } = call;
    const campaign = campaignOf(call);
    const settings = body.object('settings');
    const candidates = body
      .objects('lead_list')
      .map((fields) => ({ email: fields.text('email'), lead: () => upsertLead(account, fields, now) }));
    for (const listId of body.numbers('lead_list_ids')) {
      for (const leadId of account.lists.get(listId)?.leadIds ?? []) {
        const lead = account.leads.get(leadId);
        if (lead !== undefined) candidates.push({ email: lead.email, lead: () => lead });
      }
    }
    const result = importLeads(
      account,
      campaign,
      candidates,
      {
        ignoreBlockList: settings?.flag('ignore_global_block_list') ?? false,
        ignoreUnsubscribes: settings?.flag('ignore_unsubscribe_list') ?? false,
      },
      now,
    );
    return {
      ok: true,
      upload_count: result.uploaded,
      total_leads: result.added.length,
      already_added_to_campaign: result.alreadyInCampaign,
      duplicate_count: result.duplicates,
      invalid_email_count: 0,
      block_count: result.blocked,
      bounce_count: 0,
      lead_import_stopped_count: 0,
      is_lead_limit_exhausted: result.limitExhausted,
      invalid_emails: [],
      unsubscribed_leads: result.unsubscribed,
      ...(settings?.flag('return_lead_ids') === true ? { lead_ids: result.added.map((lead) => lead.id) } : {}),
    };
  },

  'campaigns/get-leads': (call) => {
    const campaign = campaignOf(call);
    const matching = [...campaign.memberships.values()].filter((membership) => matches(membership, call.query));
    const page = pageOf(matching, call.query);
    return {
      total_leads: String(matching.length),
      offset: page.offset,
      limit: page.limit,
      data: page.items.flatMap((membership) => {
        const lead = call.account.leads.get(membership.leadId);
        return lead === undefined ? [] : [membershipRow(lead, membership)];
      }),
    };
  },

  'campaigns/get-lead-history': (call) => {
    const { lead, membership } = membershipOf(call);
    const [first] = membership.messages;
    return {
      history: messageHistory(call.account, lead, membership, call.query.optionalTime('event_time_gt')),
      from: call.account.mailboxes.get(first?.mailboxId ?? 0)?.fromEmail ?? '',
      to: lead.email,
    };
  },

  'campaigns/get-leads-history-bulk': (call) => {
    const campaign = campaignOf(call);
    const wanted = call.body.raw('lead_ids') == null ? [...campaign.memberships.keys()] : call.body.numbers('lead_ids');
    const after = call.query.optionalTime('event_time_gt');
    const data: Record<string, unknown> = {};
    for (const leadId of wanted) {
      const lead = call.account.leads.get(leadId);
      const membership = campaign.memberships.get(leadId);
      if (lead !== undefined && membership !== undefined) data[leadId] = messageHistory(call.account, lead, membership, after);
    }
    return { data };
  },

  // The person is changed in every campaign.
  'campaigns/update-lead': (call) => {
    const { lead } = membershipOf(call);
    const email = call.body.text('email');
    if (!call.account.changeEmail(lead, email)) throw notPossible('Another lead has this email already.');
    changeLead(lead, call.body);
    return { ok: true };
  },

  'campaigns/update-lead-category': (call) => {
    const { membership } = membershipOf(call);
    membership.categoryId = knownCategory(call, call.body.optionalNumber('category_id') ?? null);
    if (call.body.flag('pause_lead')) pause(membership);
    return { ok: true };
  },

  'campaigns/update-lead-email-account': ({ account, body }) => {
    const membership = account.campaigns.get(body.number('email_campaign_id'))?.memberships.get(body.number('email_lead_id'));
    if (membership === undefined) throw leadMapNotFound();
    if (membership.mailboxId !== null && !body.flag('override_lead_email_account'))
      throw notPossible('The lead has an email account already. Set override_lead_email_account to replace it.');
    membership.mailboxId = findCampaignSender(account, body.number('email_account_id')).id;
    return { success: true, message: 'Lead email account updated' };
  },

  'campaigns/pause-lead': (call) => {
    pause(membershipOf(call).membership);
    return { ok: true, data: 'success' };
  },

  'campaigns/resume-lead': (call) => {
    const { campaign, membership } = membershipOf(call);
    resume(membership, campaign.sequence.length);
    return { ok: true, data: 'success' };
  },

  'campaigns/mark-lead-complete': (call) => {
    const campaign = campaignOf(call);
    const membership = call.account.membership(call.path.number('lead_map_id'));
    if (membership?.campaignId !== campaign.id) throw leadMapNotFound();
    membership.status = 'COMPLETED';
    const next = campaign.sequence[membership.messages.at(-1)?.sequenceNumber ?? 0];
    return {
      ok: true,
      status: {
        isLastSequence: next === undefined,
        ...(next === undefined ? {} : { nextSequence: { id: next.id, delayInDays: next.delayInDays } }),
      },
    };
  },

  // The lead stays active in its other campaigns.
  'campaigns/unsubscribe-lead': (call) => {
    const { membership } = membershipOf(call);
    membership.unsubscribed = true;
    membership.status = 'STOPPED';
    const last = membership.messages.at(-1);
    if (last !== undefined) last.unsubscribedAt ??= call.now;
    return { ok: true };
  },

  'campaigns/delete-lead': (call) => {
    const { campaign, lead } = membershipOf(call);
    call.account.leave(campaign, lead.id);
    return new TextAnswer('text/plain; charset=utf-8', 'success');
  },

  'campaigns/export-leads': (call) => {
    const rows: { lead: Lead; membership: Membership }[] = [];
    for (const membership of campaignOf(call).memberships.values()) {
      const lead = call.account.leads.get(membership.leadId);
      if (lead !== undefined) rows.push({ lead, membership });
    }
    return new TextAnswer('text/csv; charset=utf-8', leadsCsv(call.account, rows));
  },

  // Answers a list of one, and without the campaigns of the lead.
  'campaigns/get-lead-by-id': ({ account, path }) => {
    const lead = account.leads.get(path.number('lead_id'));
    return lead === undefined ? {} : { data: [{ ...leadColumns(lead), created_at: new Date(lead.createdAt).toISOString() }] };
  },
};

/** The category's id where the account has it; null clears. Throws Refusal. */
export function knownCategory(call: Call, categoryId: number | null): number | null {
  if (categoryId !== null && !call.account.categories.has(categoryId))
    throw notPossible('Lead category not found - Invalid category_id.');
  return categoryId;
}

export function pause(membership: Membership): void {
  if (membership.status === 'STARTED' || membership.status === 'INPROGRESS') membership.status = 'PAUSED';
}

/** Throws Refusal where the lead has had the last step. */
export function resume(membership: Membership, steps: number): void {
  const sent = membership.messages.at(-1)?.sequenceNumber ?? 0;
  if (steps > 0 && sent >= steps) throw notPossible('Lead cannot be resumed: it is on the last sequence step.');
  membership.status = sent === 0 ? 'STARTED' : 'INPROGRESS';
}

function matches(membership: Membership, query: Fields): boolean {
  const status = query.optionalText('status');
  const categoryId = query.optionalNumber('lead_category_id');
  const createdAfter = query.optionalTime('created_at_gt');
  const sentAfter = query.optionalTime('last_sent_time_gt');
  const eventAfter = query.optionalTime('event_time_gt');
  return (
    (status === undefined || membership.status === status) &&
    (categoryId === undefined || membership.categoryId === categoryId) &&
    (createdAfter === undefined || membership.createdAt > createdAfter) &&
    (sentAfter === undefined || (membership.messages.at(-1)?.sentAt ?? Number.NEGATIVE_INFINITY) > sentAfter) &&
    (eventAfter === undefined || (lastActivity(membership) ?? Number.NEGATIVE_INFINITY) > eventAfter) &&
    hasEvent(membership, query.optionalText('emailStatus'))
  );
}

function hasEvent(membership: Membership, event: string | undefined): boolean {
  const { messages } = membership;
  switch (event) {
    case undefined:
      return true;
    case 'is_opened':
      return messages.some((message) => message.openedAt !== null);
    case 'is_clicked':
      return messages.some((message) => message.clickedAt !== null);
    case 'is_bounced':
      return messages.some((message) => message.bouncedAt !== null);
    case 'is_replied':
      return messages.some((message) => message.repliedAt !== null);
    case 'not_replied':
      return !messages.some((message) => message.repliedAt !== null);
    case 'is_unsubscribed':
      return membership.unsubscribed;
    case 'is_accepted':
      return messages.some((message) => message.bouncedAt === null);
    default:
      // Spam complaints and sender bounces do not happen in the sandbox.
      return false;
  }
}
