import { dayMs } from '../calendar.ts';
import { type Fields, parseTime, timestamp } from '../fields.ts';
import { type Call, type OperationHandler, type OperationHandlers, pageOf } from '../operation-handler.ts';
import { leadMapNotFound } from '../refusal.ts';
import type { Membership, SentMessage } from '../state/campaign.ts';
import { documentedRow, lastReply, observedRow } from './inbox-rows.ts';

const inboxPage = 20;
type Belongs = (membership: Membership, now: number) => boolean;

const replied = (membership: Membership) => lastReply(membership) !== undefined;
const wasSent = (membership: Membership) => membership.messages.length > 0;

/** The lists of the master inbox: each is one question asked of every lead in every campaign. */
export const inboxListOperations: OperationHandlers = {
  'inbox/get-messages': observedList((membership) => replied(membership) && !membership.archived),
  'inbox/get-unread': observedList((membership) => replied(membership) && membership.unread),
  'inbox/get-important': observedList((membership) => membership.important),
  'inbox/get-snoozed': observedList((membership, now) => membership.snoozedUntil !== null && membership.snoozedUntil > now),
  'inbox/get-scheduled': observedList((membership) => membership.scheduledFor !== null),
  'inbox/get-reminders': observedList((membership) => membership.reminder !== null),
  'inbox/get-archived': observedList((membership) => membership.archived),
  'inbox/get-sent': documentedList(wasSent),
  'inbox/get-assigned': documentedList((membership) => membership.teamMemberId !== null),
  'inbox/get-views': documentedList(replied),

  'inbox/get-by-id': ({ account, path, now }) => {
    const membership = account.membership(path.number('id'));
    if (membership === undefined) throw leadMapNotFound();
    return { ok: true, data: observedRow(account, membership, true, now) };
  },

  // Mail from people who are no leads: the sandbox gives every account three.
  'inbox/get-untracked': ({ account, query }) => {
    const senders = ['press@example.com', 'events@fair.test', 'postmaster@cobalt-health.test'];
    const [first] = account.categories.values();
    const rows = senders.map((from, index) => ({
      id: `untracked_${account.userId}_${index + 1}`,
      from_email: from,
      to_email: [...account.mailboxes.values()][index]?.fromEmail ?? '',
      subject: 'A question about your message',
      received_at: timestamp((first?.createdAt ?? 0) + (index + 1) * dayMs),
      has_attachments: false,
      ...(query.flag('fetchBody') ? { body: '<p>Who should I talk to?</p>' } : {}),
      ...(query.flag('fetchAttachments') ? { attachments: [] } : {}),
    }));
    const matching = rows.filter(
      (row) =>
        (!query.has('from_email') || row.from_email === query.text('from_email')) &&
        (!query.has('to_email') || row.to_email === query.text('to_email')) &&
        (!query.has('subject_line') || row.subject.includes(query.text('subject_line'))),
    );
    const message = 'Untracked replies fetched';
    return { ok: true, data: { success: true, message, data: { replies: pageOf(matching, query, inboxPage).items } } };
  },

  'inbox/reply-status': ({ account, query }) => {
    const messageId = query.text('message_id');
    for (const membership of account.memberships()) {
      const written = membership.thread.find((message) => message.messageId === messageId);
      const sent = membership.messages.find((message) => message.messageId === messageId);
      const time = written?.time ?? sent?.sentAt;
      if (time === undefined) continue;
      const email_stats_id = written?.statsId ?? sent?.statsId ?? '';
      const state = { status: 'COMPLETED', status_message: 'Email sent successfully!', scheduled_time: null };
      return { ok: true, data: { message_id: messageId, ...state, event_time: timestamp(time), email_stats_id } };
    }
    return { ok: true, data: {} };
  },
};

function observedList(belongs: Belongs): OperationHandler {
  return (call) => {
    const { items, limit, offset } = pageOf(select(call, belongs), call.body, inboxPage);
    const withHistory = call.query.flag('fetch_message_history');
    return {
      ok: true,
      data: items.map((membership) => observedRow(call.account, membership, withHistory, call.now)),
      offset,
      limit,
    };
  };
}

function documentedList(belongs: Belongs): OperationHandler {
  return (call) => {
    const matching = select(call, belongs);
    const { items, limit, offset } = pageOf(matching, call.body, inboxPage);
    const withHistory = call.query.flag('fetch_message_history');
    const messages = items.map((membership) => documentedRow(call.account, membership, withHistory));
    return { messages, total_count: matching.length, offset, limit };
  };
}

function select(call: Call, belongs: Belongs): Membership[] {
  const filters = call.body.object('filters');
  const matching: Membership[] = [];
  for (const membership of call.account.memberships()) {
    if (belongs(membership, call.now) && (filters === undefined || passes(call, membership, filters))) matching.push(membership);
  }
  return sort(matching, call.body.optionalText('sortBy') ?? 'REPLY_TIME_DESC');
}

function sort(memberships: Membership[], order: string): Membership[] {
  return memberships.sort((one, other) => sortKey(order, one) - sortKey(order, other));
}

function sortKey(order: string, membership: Membership): number {
  switch (order) {
    case 'SENT_TIME_DESC':
      return -(membership.messages.at(-1)?.sentAt ?? 0);
    case 'SCHEDULED_TIME_ASC':
      return membership.scheduledFor ?? 0;
    case 'SCHEDULED_TIME_DESC':
      return -(membership.scheduledFor ?? 0);
    case 'REMINDER_TIME_ASC':
      return membership.reminder?.time ?? 0;
    case 'REMINDER_TIME_DESC':
      return -(membership.reminder?.time ?? 0);
    default:
      return -(lastReply(membership)?.time ?? 0);
  }
}

function passes({ account }: Call, membership: Membership, filters: Fields): boolean {
  const lead = account.leads.get(membership.leadId);
  const campaign = account.campaigns.get(membership.campaignId);
  const search = filters.optionalText('search')?.toLowerCase();
  const within = (name: string, value: number | null | undefined) => {
    const wanted = filters.numbers(name);
    return wanted.length === 0 || (value != null && wanted.includes(value));
  };
  const tags = filters.numbers('campaignTagId');
  const statuses = filters.texts('emailStatus');
  return (
    (search === undefined || `${lead?.firstName} ${lead?.lastName} ${lead?.email}`.toLowerCase().includes(search)) &&
    within('campaignId', membership.campaignId) &&
    within('emailAccountId', membership.mailboxId) &&
    within('campaignTeamMemberId', membership.teamMemberId) &&
    within('campaignClientId', campaign?.clientId) &&
    within('subSequenceId', membership.subsequenceId) &&
    (tags.length === 0 || tags.some((tagId) => campaign?.tagIds.includes(tagId))) &&
    (statuses.length === 0 || statuses.some((status) => hasStatus(membership, status))) &&
    categoryPasses(membership, filters.object('leadCategories')) &&
    repliedBetween(membership, filters.texts('replyTimeBetween'))
  );
}

function categoryPasses({ categoryId }: Membership, filter: Fields | undefined): boolean {
  if (filter === undefined) return true;
  const included = filter.numbers('categoryIdsIn');
  return (
    (!filter.flag('unassigned') || categoryId === null) &&
    (!filter.flag('isAssigned') || categoryId !== null) &&
    (included.length === 0 || (categoryId !== null && included.includes(categoryId))) &&
    (categoryId === null || !filter.numbers('categoryIdsNotIn').includes(categoryId))
  );
}

function repliedBetween(membership: Membership, times: readonly string[]): boolean {
  const [from, to] = times;
  if (from === undefined || to === undefined) return true;
  const time = lastReply(membership)?.time;
  return time !== undefined && time >= parseTime(from) && time <= parseTime(to);
}

function hasStatus(membership: Membership, status: string): boolean {
  const some = (happened: (message: SentMessage) => boolean) => membership.messages.some(happened);
  switch (status) {
    case 'Opened':
      return some((message) => message.openedAt !== null);
    case 'Clicked':
      return some((message) => message.clickedAt !== null);
    case 'Replied':
      return lastReply(membership) !== undefined;
    case 'Not Replied':
      return lastReply(membership) === undefined;
    case 'Unsubscribed':
      return membership.unsubscribed;
    case 'Bounced':
      return some((message) => message.bouncedAt !== null);
    default:
      return some((message) => message.bouncedAt === null);
  }
}
