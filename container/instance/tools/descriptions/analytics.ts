import type { ToolDescriptions } from './tool-descriptions.ts';

export const analytics: ToolDescriptions = {
  'campaigns/statistics': 'One row per mail sent in a campaign: lead, step, sent, opened, clicked, replied, bounced.',
  'campaigns/get-analytics': 'Totals of a campaign over its whole life: sent, opens, clicks, replies, bounces, lead states.',
  'campaigns/get-analytics-by-date':
    'Totals of a campaign between two days. Ranges of more than a month are refused: split them.',
  'campaigns/get-top-level-analytics':
    'Totals of a campaign between two days, also skipped, failed and positive replies. At most about a month.',
  'campaign-statistics/lead-statistics': 'Mail events per lead of a campaign. Page with offset; the answer says hasMore.',
  'campaign-statistics/mailbox-statistics': 'Sends, opens, replies and bounces per mailbox of a campaign, at most 20 a page.',
  'analytics/overview': 'Account totals between two days: sent, opened, replied, bounced, with rates.',
  'analytics/campaign-list': 'Ids and names of all campaigns; much shorter than campaigns_get_all.',
  'analytics/client-list': 'Ids and names of all clients.',
  'analytics/month-wise-client-count': 'New clients per month.',
  'analytics/day-wise-stats': 'Sent, opened, replied and bounced per day, each event counted on its own day.',
  'analytics/day-wise-sent-time': 'Sent, opened and replied per day, each event counted on the day its mail was sent.',
  'analytics/day-wise-positive-reply': 'Positive replies per day of the reply.',
  'analytics/day-wise-positive-sent-time': 'Positive replies per day the answered mail was sent.',
  'analytics/campaign-performance': 'Campaigns side by side between two days: sent, rates of opens, replies and bounces.',
  'analytics/client-performance': 'Clients side by side between two days: campaigns, sends and rates.',
  'analytics/email-wise-health': 'Sends, opens, replies and bounces per mailbox between two days.',
  'analytics/domain-wise-health': 'Sends, opens, replies and bounces per sending domain between two days.',
  'analytics/mailbox-health': 'How many mailboxes are connected, in use, disconnected or without warm-up.',
  'analytics/provider-performance': 'Results by mailbox provider (Gmail, Outlook ...) between two days.',
  'analytics/team-board-stats': 'Results per team member between two days.',
  'analytics/lead-stats': 'New against followed-up leads between two days.',
  'analytics/lead-category-response': 'Replies per category (Interested, Out of Office ...) between two days.',
  'analytics/leads-for-first-reply': 'How many leads it takes on average to get a first reply.',
  'analytics/followup-reply-rate': 'Share of replies that came after a follow-up.',
  'analytics/lead-to-reply-time': 'How long leads take to reply, in time buckets.',
  'analytics/campaign-response-stats': 'Positive, neutral and negative replies per campaign between two days.',
  'analytics/campaign-status-stats': 'Number of campaigns per status.',
};
