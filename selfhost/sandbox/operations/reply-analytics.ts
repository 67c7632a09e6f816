import { countEvents, isPositive, isWithin, noEvents, percentage } from '../event-counts.ts';
import { type Call, type OperationHandlers, pageOf } from '../operation-handler.ts';
import type { Membership, SentMessage } from '../state/campaign.ts';
import type { Mailbox } from '../state/mailbox.ts';
import { periodOf } from './campaign-statistics.ts';
import { answer, chosenCampaigns, chosenMemberships, rateColumns } from './global-analytics.ts';
import { campaignIdsOf } from './mailbox-rows.ts';

const hourMs = 3_600_000;
const providerNames = { GMAIL: 'Gmail', OUTLOOK: 'Outlook', SMTP: 'SMTP' } as const;

/** Who answers, how soon and through which mailbox. */
export const replyAnalyticsOperations: OperationHandlers = {
  'analytics/email-wise-health': (call) => {
    const mailboxes = pageOf([...call.account.mailboxes.values()], call.query).items;
    const rows = mailboxes.map((mailbox) => ({ email_account: mailbox.fromEmail, ...healthColumns(call, [mailbox]) }));
    const onlyBounced = call.query.optionalFlag('is_bounced') === true;
    return answer({ email_health_metrics: rows.filter((row) => !onlyBounced || row.bounced > 0) });
  },

  'analytics/domain-wise-health': (call) => {
    const domains = Map.groupBy(call.account.mailboxes.values(), (mailbox) => mailbox.fromEmail.split('@')[1] ?? '');
    const rows = pageOf([...domains], call.query).items.map(([domain, mailboxes]) => ({
      domain,
      ...healthColumns(call, mailboxes),
    }));
    return answer({ domain_health_metrics: rows });
  },

  'analytics/provider-performance': (call) => {
    const providers = Map.groupBy(call.account.mailboxes.values(), (mailbox) => providerNames[mailbox.type]);
    const overall = [...providers].map(([provider, mailboxes]) => ({ provider, ...healthColumns(call, mailboxes) }));
    const tagWise = [...call.account.tags.values()].flatMap((tag) =>
      [...providers].flatMap(([provider, mailboxes]) => {
        const tagged = mailboxes.filter((mailbox) => mailbox.tagIds.has(tag.id));
        return tagged.length === 0 ? [] : [{ tag: tag.name, provider, ...healthColumns(call, tagged) }];
      }),
    );
    return answer({ email_providers_performance_overview: { overall, tag_wise: tagWise } });
  },

  'analytics/mailbox-health': ({ account, query }) => {
    const clientIds = query.optionalNumberList('client_ids');
    const mailboxes = [...account.mailboxes.values()].filter(
      (mailbox) => clientIds === undefined || (mailbox.clientId !== null && clientIds.has(mailbox.clientId)),
    );
    const used = mailboxes.filter((mailbox) => campaignIdsOf(account, mailbox.id).length > 0);
    return answer({
      overall_mailbox_stats: {
        total_connected: mailboxes.filter((mailbox) => mailbox.connected).length,
        in_use: used.length,
        disconnected: mailboxes.filter((mailbox) => !mailbox.connected).length,
        enabled_without_warmup: used.filter((mailbox) => mailbox.warmup.status === 'INACTIVE').length,
      },
    });
  },

  'analytics/lead-stats': (call) => {
    const period = periodOf(call.query);
    let fresh = 0;
    let followUp = 0;
    for (const membership of chosenMemberships(call)) {
      const within = membership.messages.filter((message) => isWithin(message.sentAt, period));
      if (within.some((message) => message.sequenceNumber === 1)) fresh += 1;
      else if (within.length > 0) followUp += 1;
    }
    const total = fresh + followUp;
    const shares = { new: percentage(fresh, total), follow_up: percentage(followUp, total) };
    return answer({ lead_stats: { count: { total, new: fresh, follow_up: followUp }, percentage: shares } });
  },

  'analytics/lead-category-response': (call) => {
    const replies = repliesOf(call);
    const rows = [...call.account.categories.values()].map((category) => {
      const count = replies.filter(({ membership }) => membership.categoryId === category.id).length;
      return { category: category.name, total_response: count, percentage: `${percentage(count, replies.length)}%` };
    });
    return answer({ lead_responses_by_category: rows });
  },

  'analytics/leads-for-first-reply': (call) => {
    const counts = countEvents(call.account, chosenMemberships(call), periodOf(call.query));
    return answer({ leads_take_for_first_reply: counts.replied === 0 ? 0 : Math.round(counts.uniqueSent / counts.replied) });
  },

  'analytics/followup-reply-rate': (call) => {
    const followUps = repliesOf(call).filter(({ message }) => message.sequenceNumber > 1).length;
    const counts = countEvents(call.account, chosenMemberships(call), periodOf(call.query));
    return answer({ followup_reply_rate: percentage(followUps, counts.sent) });
  },

  'analytics/lead-to-reply-time': (call) => {
    const ranges = [
      { time_range: '0-1h', hours: 1 },
      { time_range: '1-6h', hours: 6 },
      { time_range: '6-24h', hours: 24 },
      { time_range: '24h+', hours: Number.POSITIVE_INFINITY },
    ];
    const counts = ranges.map(() => 0);
    for (const { message, repliedAt } of repliesOf(call)) {
      const index = ranges.findIndex((range) => repliedAt - message.sentAt < range.hours * hourMs);
      counts[index] = (counts[index] ?? 0) + 1;
    }
    return answer({ lead_to_reply_time: ranges.map(({ time_range }, index) => ({ time_range, count: counts[index] ?? 0 })) });
  },

  'analytics/campaign-response-stats': (call) => {
    const replies = repliesOf(call);
    const rows = chosenCampaigns(call).map((campaign) => {
      const own = replies.filter(({ membership }) => membership.campaignId === campaign.id);
      const positive = own.filter(({ membership }) => isPositive(call.account, membership)).length;
      const negative = own.filter(
        ({ membership }) => call.account.categories.get(membership.categoryId ?? 0)?.sentiment === 'negative',
      ).length;
      return {
        campaign_id: campaign.id,
        campaign_name: campaign.name,
        positive_reply: positive,
        neutral_reply: own.length - positive - negative,
        negative_reply: negative,
      };
    });
    return answer({ campaign_wise_response_stats: rows });
  },
};

function healthColumns(call: Call, mailboxes: readonly Mailbox[]) {
  const mailboxIds = new Set(mailboxes.map((mailbox) => mailbox.id));
  const counts =
    mailboxIds.size === 0 ? noEvents() : countEvents(call.account, chosenMemberships(call), periodOf(call.query), { mailboxIds });
  const { sent, opened, replied, bounced } = counts;
  return { sent, opened, replied, bounced, ...rateColumns(counts) };
}

/** Answered messages of the chosen campaigns whose answer came in the period. */
function repliesOf(call: Call): { membership: Membership; message: SentMessage; repliedAt: number }[] {
  const period = periodOf(call.query);
  return chosenMemberships(call).flatMap((membership) =>
    membership.messages.flatMap((message) => {
      const { repliedAt } = message;
      return repliedAt !== null && isWithin(repliedAt, period) ? [{ membership, message, repliedAt }] : [];
    }),
  );
}
