import { dayNumberOf } from '../calendar.ts';
import { countEvents, type EventCounts, lastActivity, type Period } from '../event-counts.ts';
import { type Fields, timestamp } from '../fields.ts';
import { campaignOf, type OperationHandlers, pageOf } from '../operation-handler.ts';
import { invalid, notPossible } from '../refusal.ts';
import type { Account } from '../state/account.ts';
import type { Campaign, MembershipStatus } from '../state/campaign.ts';
import { messageHistory } from './lead-rows.ts';
import { activityRow, statisticsRow, statisticsRows } from './statistics-rows.ts';

const longestRangeDays = 31;

export const campaignStatisticsOperations: OperationHandlers = {
  // Counts come as strings; a missing campaign as an empty object.
  'campaigns/get-analytics': ({ account, path }) => {
    const campaign = account.campaigns.get(path.number('campaign_id'));
    if (campaign === undefined) return {};
    const client = campaign.clientId === null ? undefined : account.clients.get(campaign.clientId);
    return {
      ...identityColumns(account, campaign),
      ...countColumns(campaign, countEvents(account, campaign.memberships.values())),
      sequence_count: String(campaign.sequence.length),
      campaign_lead_stats: leadStatistics(account, campaign),
      client_id: campaign.clientId,
      client_name: client?.name ?? null,
      client_email: client?.email ?? null,
      client_company_name: client?.name ?? null,
      parent_campaign_id: campaign.parentCampaignId,
      send_as_plain_text: campaign.sendAsPlainText,
    };
  },

  'campaigns/get-analytics-by-date': ({ account, path, query }) => {
    const period = monthOf(query);
    const campaign = account.campaigns.get(path.number('campaign_id'));
    if (campaign === undefined) return {};
    const counts = countEvents(account, campaign.memberships.values(), period);
    return { ...identityColumns(account, campaign), ...rangeColumns(query), ...countColumns(campaign, counts) };
  },

  'campaigns/get-top-level-analytics': ({ account, path, query }) => {
    const period = monthOf(query);
    const campaign = account.campaigns.get(path.number('campaign_id'));
    if (campaign === undefined) return {};
    const counts = countEvents(account, campaign.memberships.values(), period);
    const statuses = statusCounts(campaign);
    return {
      id: campaign.id,
      name: campaign.name,
      status: campaign.status,
      ...rangeColumns(query),
      total_count: String(campaign.memberships.size),
      sent_count: String(counts.sent),
      skipped_count: '0',
      open_count: String(counts.opened),
      click_count: String(counts.clicked),
      reply_count: String(counts.replied),
      positive_reply_count: String(counts.positiveReplied),
      bounce_count: String(counts.bounced),
      failed_count: '0',
      stopped_count: String(statuses.STOPPED),
      unsubscribed_count: String(counts.unsubscribed),
    };
  },

  'campaigns/statistics': (call) => {
    const rows = statisticsRows(call.account, campaignOf(call), call.query);
    const page = pageOf(rows, call.query);
    const data = page.items.map(({ membership, message }) => statisticsRow(call.account, membership, message));
    return { total_stats: String(rows.length), data, offset: page.offset, limit: page.limit };
  },

  // Asked for with offset, answered with skip.
  'campaign-statistics/lead-statistics': (call) => {
    const after = call.query.optionalTime('event_time_gt') ?? Number.NEGATIVE_INFINITY;
    const matching = [...campaignOf(call).memberships.values()].filter(
      (membership) => (lastActivity(membership) ?? membership.createdAt) > after,
    );
    const page = pageOf(matching, call.query);
    const data = page.items.flatMap((membership) => {
      const lead = call.account.leads.get(membership.leadId);
      if (lead === undefined) return [];
      const history = messageHistory(call.account, lead, membership);
      return [
        {
          lead_id: String(lead.id),
          to: lead.email,
          status: membership.status,
          created_at: timestamp(membership.createdAt),
          history,
        },
      ];
    });
    return { data, hasMore: page.offset + page.items.length < matching.length, skip: page.offset, limit: page.limit };
  },

  'campaign-statistics/mailbox-statistics': (call) => {
    const { account, query } = call;
    const campaign = campaignOf(call);
    const period = query.has('start_date') ? periodOf(query) : undefined;
    const page = pageOf([...campaign.mailboxIds], query, 20);
    const data = page.items.flatMap((mailboxId) => {
      const mailbox = account.mailboxes.get(mailboxId);
      if (mailbox === undefined || (query.has('client_id') && mailbox.clientId !== query.number('client_id'))) return [];
      const counts = countEvents(account, campaign.memberships.values(), period, { mailboxIds: new Set([mailboxId]) });
      return [{ email_account_id: mailboxId, from_email: mailbox.fromEmail, ...mailColumns(counts) }];
    });
    return { ok: true, data };
  },

  'extra/campaigns-sequence-analytics': (call) => {
    const campaign = campaignOf(call);
    const period = monthOf(call.query);
    const data = campaign.sequence.map((step) => {
      const counts = countEvents(call.account, campaign.memberships.values(), period, { sequenceNumber: step.number });
      return {
        email_campaign_seq_id: step.id,
        seq_number: step.number,
        ...mailColumns(counts),
        unsubscribed_count: String(counts.unsubscribed),
      };
    });
    return { ok: true, data };
  },

  'campaigns/all-leads-activities': ({ account, query }) => {
    const from = query.optionalTime('event_time_from') ?? Number.NEGATIVE_INFINITY;
    const to = query.optionalTime('event_time_to') ?? Number.POSITIVE_INFINITY;
    const matching = [...account.memberships()].filter((membership) => {
      const time = lastActivity(membership);
      return time !== null && time >= from && time <= to;
    });
    const page = pageOf(matching, query);
    const has_more = page.offset + page.items.length < matching.length;
    return {
      data: page.items.map((membership) => activityRow(account, membership)),
      pagination: { has_more, offset: page.offset, limit: page.limit },
    };
  },
};

/** The days that start_date and end_date name. Throws Refusal where they are the wrong way round. */
export function periodOf(query: Fields): Period {
  const firstDay = dayNumberOf(query.text('start_date'));
  const lastDay = dayNumberOf(query.text('end_date'));
  if (lastDay < firstDay) throw invalid('"end_date" must be greater than or equal to "start_date"', 'query', ['end_date']);
  return { firstDay, lastDay, timezone: query.optionalText('time_zone') ?? query.optionalText('timezone') ?? 'UTC' };
}

/** A campaign's figures by date are refused for ranges beyond about a month. Throws Refusal. */
function monthOf(query: Fields): Period {
  const period = periodOf(query);
  if (period.lastDay - period.firstDay >= longestRangeDays)
    throw notPossible('The date range must not be longer than one month.');
  return period;
}

function identityColumns(account: Account, campaign: Campaign) {
  return {
    id: campaign.id,
    user_id: account.userId,
    name: campaign.name,
    status: campaign.status,
    created_at: timestamp(campaign.createdAt),
  };
}

function rangeColumns(query: Fields) {
  return { start_date: query.text('start_date'), end_date: query.text('end_date') };
}

function mailColumns(counts: EventCounts) {
  return {
    sent_count: String(counts.sent),
    open_count: String(counts.opened),
    click_count: String(counts.clicked),
    reply_count: String(counts.replied),
    bounce_count: String(counts.bounced),
  };
}

function countColumns(campaign: Campaign, counts: EventCounts) {
  const total = campaign.memberships.size;
  const contacted = [...campaign.memberships.values()].filter((membership) => membership.messages.length > 0).length;
  return {
    ...mailColumns(counts),
    unique_sent_count: String(counts.uniqueSent),
    unique_open_count: String(counts.uniqueOpened),
    unique_click_count: String(counts.uniqueClicked),
    block_count: String(statusCounts(campaign).BLOCKED),
    unsubscribed_count: String(counts.unsubscribed),
    total_count: String(total),
    drafted_count: String(total - contacted),
  };
}

function statusCounts(campaign: Campaign): Record<MembershipStatus, number> {
  const counts = { STARTED: 0, INPROGRESS: 0, COMPLETED: 0, PAUSED: 0, STOPPED: 0, BLOCKED: 0 };
  for (const membership of campaign.memberships.values()) counts[membership.status] += 1;
  return counts;
}

function leadStatistics(account: Account, campaign: Campaign) {
  const counts = statusCounts(campaign);
  const memberships = [...campaign.memberships.values()];
  const interested = [...account.categories.values()].find((category) => category.name === 'Interested')?.id;
  return {
    total: memberships.length,
    notStarted: counts.STARTED,
    inprogress: counts.INPROGRESS,
    completed: counts.COMPLETED,
    paused: counts.PAUSED,
    stopped: counts.STOPPED,
    blocked: counts.BLOCKED,
    interested: memberships.filter((membership) => interested !== undefined && membership.categoryId === interested).length,
    revenue: memberships.reduce((sum, membership) => sum + membership.revenue, 0),
  };
}
