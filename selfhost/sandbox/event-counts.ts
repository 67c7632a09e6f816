import { dayNumber } from './calendar.ts';
import type { Account } from './state/account.ts';
import type { Membership, SentMessage } from './state/campaign.ts';

/** Counts of messages that saw an event; `unique...` counts leads. Every figure the sandbox reports comes from here. */
export interface EventCounts {
  sent: number;
  uniqueSent: number;
  opened: number;
  uniqueOpened: number;
  clicked: number;
  uniqueClicked: number;
  replied: number;
  positiveReplied: number;
  bounced: number;
  unsubscribed: number;
}

/** Days on which events count, both included, as day numbers of the time zone. */
export interface Period {
  firstDay: number;
  lastDay: number;
  timezone: string;
}

/** `event`: an event counts on its own day. `sent`: on the day its message was sent. */
export type Attribution = 'event' | 'sent';

type EventName = 'sent' | 'opened' | 'clicked' | 'replied' | 'positiveReplied' | 'bounced' | 'unsubscribed';

export const always: Period = { firstDay: Number.NEGATIVE_INFINITY, lastDay: Number.POSITIVE_INFINITY, timezone: 'UTC' };

export function noEvents(): EventCounts {
  return {
    sent: 0,
    uniqueSent: 0,
    opened: 0,
    uniqueOpened: 0,
    clicked: 0,
    uniqueClicked: 0,
    replied: 0,
    positiveReplied: 0,
    bounced: 0,
    unsubscribed: 0,
  };
}

/** Counts the events of the memberships in the period. `mailboxId` and `sequenceNumber` narrow it to some of the messages. */
export function countEvents(
  account: Account,
  memberships: Iterable<Membership>,
  period: Period = always,
  only: { mailboxIds?: ReadonlySet<number>; sequenceNumber?: number } = {},
): EventCounts {
  const counts = noEvents();
  for (const membership of memberships) {
    const seen = { sent: false, opened: false, clicked: false };
    for (const message of membership.messages) {
      if (only.mailboxIds !== undefined && !only.mailboxIds.has(message.mailboxId)) continue;
      if (only.sequenceNumber !== undefined && only.sequenceNumber !== message.sequenceNumber) continue;
      eachEvent(account, membership, message, (name, time) => {
        if (!isWithin(time, period)) return;
        counts[name] += 1;
        if (name === 'sent' || name === 'opened' || name === 'clicked') seen[name] = true;
      });
    }
    if (seen.sent) counts.uniqueSent += 1;
    if (seen.opened) counts.uniqueOpened += 1;
    if (seen.clicked) counts.uniqueClicked += 1;
  }
  return counts;
}

/** Counts per day of the period, days without events included. Unique counts are not kept per day. */
export function countEventsByDay(
  account: Account,
  memberships: Iterable<Membership>,
  period: Period,
  attribution: Attribution,
): Map<number, EventCounts> {
  const days = new Map<number, EventCounts>();
  for (let day = period.firstDay; day <= period.lastDay; day += 1) days.set(day, noEvents());
  for (const membership of memberships) {
    for (const message of membership.messages) {
      eachEvent(account, membership, message, (name, time) => {
        const counts = days.get(dayNumber(attribution === 'sent' ? message.sentAt : time, period.timezone));
        if (counts !== undefined) counts[name] += 1;
      });
    }
  }
  return days;
}

export function isWithin(time: number, period: Period): boolean {
  const day = dayNumber(time, period.timezone);
  return day >= period.firstDay && day <= period.lastDay;
}

/** Whether the lead's category speaks for interest. */
export function isPositive(account: Account, membership: Membership): boolean {
  return membership.categoryId !== null && account.categories.get(membership.categoryId)?.sentiment === 'positive';
}

/** Time of the latest thing that happened between us and the lead, or null where nothing did. */
export function lastActivity(membership: Membership): number | null {
  let latest: number | null = null;
  const consider = (time: number | null) => {
    if (time !== null && (latest === null || time > latest)) latest = time;
  };
  for (const message of membership.messages) {
    for (const time of [message.sentAt, message.openedAt, message.clickedAt, message.repliedAt, message.bouncedAt])
      consider(time);
  }
  for (const message of membership.thread) consider(message.time);
  return latest;
}

/** Share in per cent with two decimals; zero of zero is zero. */
export function percentage(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((part / whole) * 10_000) / 100;
}

function eachEvent(
  account: Account,
  membership: Membership,
  message: SentMessage,
  report: (name: EventName, time: number) => void,
): void {
  report('sent', message.sentAt);
  if (message.openedAt !== null) report('opened', message.openedAt);
  if (message.clickedAt !== null) report('clicked', message.clickedAt);
  if (message.repliedAt !== null) {
    report('replied', message.repliedAt);
    if (isPositive(account, membership)) report('positiveReplied', message.repliedAt);
  }
  if (message.bouncedAt !== null) report('bounced', message.bouncedAt);
  if (message.unsubscribedAt !== null) report('unsubscribed', message.unsubscribedAt);
}
