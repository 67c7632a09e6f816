import { dateOfDay } from '../calendar.ts';
import { type Attribution, countEvents, countEventsByDay, type EventCounts, percentage } from '../event-counts.ts';
import { type Call, type OperationHandlers, pageOf } from '../operation-handler.ts';
import { notPossible } from '../refusal.ts';
import type { Campaign, Membership } from '../state/campaign.ts';
import { periodOf } from './campaign-statistics.ts';

const longestRangeDays = 366;

/** Figures over all campaigns. They are counted from the same events as a campaign's own, so the two agree. */
export const globalAnalyticsOperations: OperationHandlers = {
  'analytics/overview': (call) => {
    const counts = countEvents(call.account, chosenMemberships(call), periodOf(call.query));
    return answer({
      overall_stats: {
        sent: counts.sent,
        opened: counts.opened,
        replied: counts.replied,
        bounced: counts.bounced,
        unique_lead_count: counts.uniqueSent,
        unique_open_count: counts.uniqueOpened,
        positive_replied: counts.positiveReplied,
        ...rateColumns(counts),
      },
    });
  },

  'analytics/campaign-list': (call) => answer({ campaign_list: chosenCampaigns(call).map(({ id, name }) => ({ id, name })) }),

  'analytics/client-list': (call) => answer({ client_list: chosenClients(call).map(({ id, name }) => ({ id, name })) }),

  'analytics/month-wise-client-count': (call) => {
    const months = new Map<string, number>();
    for (const client of chosenClients(call)) {
      const month = new Date(client.createdAt).toISOString().slice(0, 7);
      months.set(month, (months.get(month) ?? 0) + 1);
    }
    return answer({ monthly_stats: [...months].sort().map(([month, count]) => ({ month, count })) });
  },

  'analytics/day-wise-stats': (call) =>
    byDay(call, 'event', ({ sent, opened, replied, bounced }) => ({ sent, opened, replied, bounced })),

  'analytics/day-wise-sent-time': (call) =>
    byDay(call, 'sent', ({ sent, opened, replied, bounced }) => ({ sent, opened, replied, bounced })),

  'analytics/day-wise-positive-reply': (call) => byDay(call, 'event', (counts) => ({ positive_replied: counts.positiveReplied })),

  'analytics/day-wise-positive-sent-time': (call) =>
    byDay(call, 'sent', (counts) => ({ positive_replied: counts.positiveReplied })),

  'analytics/campaign-performance': (call) => {
    const period = periodOf(call.query);
    const rows = pageOf(chosenCampaigns(call), call.query).items.map((campaign) => {
      const counts = countEvents(call.account, campaign.memberships.values(), period);
      return {
        id: campaign.id,
        campaign_name: campaign.name,
        sent: counts.sent,
        opened: counts.opened,
        replied: counts.replied,
        bounced: counts.bounced,
        positive_replied: counts.positiveReplied,
        unique_lead_count: counts.uniqueSent,
        unique_open_count: counts.uniqueOpened,
        ...rateColumns(counts),
      };
    });
    return answer({ campaign_wise_performance: rows });
  },

  'analytics/client-performance': (call) => {
    const period = periodOf(call.query);
    const rows = pageOf(chosenClients(call), call.query).items.map((client) => {
      const campaigns = [...call.account.campaigns.values()].filter((campaign) => campaign.clientId === client.id);
      const counts = countEvents(call.account, membershipsOf(campaigns), period);
      const { sent, opened, replied, positiveReplied, uniqueOpened, uniqueSent } = counts;
      return {
        client_id: client.id,
        client_name: client.name,
        total_campaigns_count: campaigns.length,
        campaign_stats: {
          sent,
          opened,
          replied,
          positive_replied: positiveReplied,
          client_health: `${100 - percentage(counts.bounced, sent)}%`,
          unique_open_count: uniqueOpened,
          unique_lead_count: uniqueSent,
          ...rateColumns(counts),
        },
      };
    });
    return answer({ client_wise_performance: rows });
  },

  'analytics/team-board-stats': (call) => {
    const period = periodOf(call.query);
    const memberships = chosenMemberships(call);
    const rows = [...call.account.teamMembers.values()].map((member) => {
      const assigned = memberships.filter((membership) => membership.teamMemberId === member.id);
      const counts = countEvents(call.account, assigned, period);
      return {
        id: member.id,
        name: member.name,
        profile_pic_url: null,
        lead_count: assigned.length,
        campaign_count: new Set(assigned.map((membership) => membership.campaignId)).size,
        reply_count: counts.replied,
        positive_reply_count: counts.positiveReplied,
        average_reply_time: '2h 15m',
        unique_open_count: counts.uniqueOpened,
        ...rateColumns(counts),
      };
    });
    return answer({ team_board_stats: rows });
  },

  'analytics/campaign-status-stats': (call) => {
    const counts = new Map<string, number>();
    for (const campaign of chosenCampaigns(call)) {
      // This one answer says STARTED where all others say ACTIVE.
      const status = campaign.status === 'ACTIVE' ? 'STARTED' : campaign.status;
      counts.set(status, (counts.get(status) ?? 0) + 1);
    }
    return answer({ campaign_status_stats: [...counts].map(([status, count]) => ({ status, count })) });
  },
};

export const answer = (data: Record<string, unknown>) => ({ ok: true, data });

/** The campaigns that campaign_ids and client_ids leave over. */
export function chosenCampaigns(call: Call): Campaign[] {
  const campaignIds = call.query.optionalNumberList('campaign_ids');
  const clientIds = call.query.optionalNumberList('client_ids');
  return [...call.account.campaigns.values()].filter(
    (campaign) =>
      (campaignIds === undefined || campaignIds.has(campaign.id)) &&
      (clientIds === undefined || (campaign.clientId !== null && clientIds.has(campaign.clientId))),
  );
}

export function chosenMemberships(call: Call): Membership[] {
  return membershipsOf(chosenCampaigns(call));
}

export function rateColumns(counts: EventCounts) {
  return {
    open_rate: `${percentage(counts.opened, counts.sent)}%`,
    reply_rate: `${percentage(counts.replied, counts.sent)}%`,
    positive_reply_rate: `${percentage(counts.positiveReplied, counts.sent)}%`,
    bounce_rate: `${percentage(counts.bounced, counts.sent)}%`,
  };
}

function membershipsOf(campaigns: readonly Campaign[]): Membership[] {
  return campaigns.flatMap((campaign) => [...campaign.memberships.values()]);
}

function chosenClients(call: Call) {
  const ids = call.query.optionalNumberList('client_ids');
  return [...call.account.clients.values()].filter((client) => ids === undefined || ids.has(client.id));
}

function byDay(call: Call, attribution: Attribution, columns: (counts: EventCounts) => Record<string, number>) {
  const period = periodOf(call.query);
  if (period.lastDay - period.firstDay >= longestRangeDays) throw notPossible('The date range must not be longer than one year.');
  const days = countEventsByDay(call.account, chosenMemberships(call), period, attribution);
  return answer({ day_wise_stats: [...days].map(([day, counts]) => ({ date: dateOfDay(day), ...columns(counts) })) });
}
