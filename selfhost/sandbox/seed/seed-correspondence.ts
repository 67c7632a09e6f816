import { dayMs } from '../calendar.ts';
import { renderTemplate } from '../render-template.ts';
import type { Account } from '../state/account.ts';
import type { Campaign, Membership, SentMessage } from '../state/campaign.ts';
import { promptInjectionReply, replyTemplates } from './correspondence.ts';

const hourMs = 3_600_000;

/** Sends the seeded campaigns' mail up to the start of today and lets leads open, click, answer, bounce and unsubscribe. */
export function seedCorrespondence(account: Account, today: number): void {
  let replies = 0;
  for (const campaign of account.campaigns.values()) {
    if (campaign.status === 'DRAFTED') continue;
    for (const membership of campaign.memberships.values()) {
      if (!sendSequence(account, campaign, membership, today)) continue;
      answer(account, campaign, membership, replies, today);
      replies += 1;
    }
  }
  for (const campaign of account.campaigns.values()) settleStatuses(campaign);
}

/** Whether the lead answered one of the steps. */
function sendSequence(account: Account, campaign: Campaign, membership: Membership, today: number): boolean {
  const { random } = account;
  const mailboxIds = [...campaign.mailboxIds];
  membership.mailboxId = random.pick(mailboxIds);
  const begin = Math.max(membership.createdAt, campaign.createdAt);
  // An unfinished campaign takes its leads on little by little, so some have just begun and some still wait.
  const days =
    campaign.status === 'ACTIVE' || campaign.status === 'PAUSED' ? Math.max(8, Math.floor((today - begin) / dayMs)) : 20;
  let time = begin + random.integer(0, days) * dayMs + random.integer(13, 21) * hourMs;
  // A finished campaign has sent all it had.
  if (campaign.status === 'COMPLETED' || campaign.status === 'ARCHIVED') time = Math.min(time, today - 20 * dayMs);
  for (const step of campaign.sequence) {
    time += step.delayInDays * dayMs + random.integer(0, 3_500_000);
    if (time >= today - 2 * hourMs) return false;
    const message = send(account, campaign, membership, step.number, time);
    if (random.chance(0.02)) {
      message.bouncedAt = time + 60_000;
      return false;
    }
    react(account, campaign, message, today);
    if (message.repliedAt !== null) return true;
    if (random.chance(0.012)) {
      message.unsubscribedAt = Math.min(time + hourMs, today - 1);
      membership.unsubscribed = true;
      return false;
    }
  }
  return false;
}

function send(account: Account, campaign: Campaign, membership: Membership, sequenceNumber: number, sentAt: number): SentMessage {
  const step = campaign.sequence[sequenceNumber - 1];
  const lead = account.leads.get(membership.leadId);
  const statsId = account.random.uuid();
  const message: SentMessage = {
    statsId,
    messageId: `<${statsId}@outreach.example.com>`,
    sequenceNumber,
    mailboxId: membership.mailboxId ?? 0,
    subject: renderTemplate(step?.subject || `Re: ${campaign.sequence[0]?.subject ?? ''}`, lead),
    // The template stays shared; the text is filled in when it is read.
    body: step?.body ?? '',
    sentAt,
    openedAt: null,
    openCount: 0,
    clickedAt: null,
    clickCount: 0,
    repliedAt: null,
    bouncedAt: null,
    unsubscribedAt: null,
  };
  membership.messages.push(message);
  return message;
}

function react(account: Account, campaign: Campaign, message: SentMessage, today: number): void {
  const { random } = account;
  const within = (time: number) => Math.min(time, today - 1);
  const replies = random.chance(0.09);
  if (replies || random.chance(0.42)) {
    message.openedAt = within(message.sentAt + random.integer(2, 30 * 60) * 60_000);
    message.openCount = random.integer(1, 4);
    if (random.chance(0.15) && !campaign.trackSettings.includes('DONT_LINK_CLICK')) {
      message.clickedAt = within(message.openedAt + random.integer(1, 30) * 60_000);
      message.clickCount = 1;
    }
  }
  if (replies)
    message.repliedAt = within(Math.max(message.openedAt ?? 0, message.clickedAt ?? 0) + random.integer(5, 12 * 60) * 60_000);
}

function answer(account: Account, campaign: Campaign, membership: Membership, index: number, today: number): void {
  const { random } = account;
  const message = membership.messages.at(-1);
  const lead = account.leads.get(membership.leadId);
  const mailbox = account.mailboxes.get(membership.mailboxId ?? 0);
  // Going round the templates makes every category occur; the first answer of the account is the hostile one.
  const template = replyTemplates[index % replyTemplates.length];
  if (message?.repliedAt == null || lead === undefined || template === undefined) return;
  const statsId = random.uuid();
  membership.thread.push({
    statsId,
    messageId: `<${statsId}@${lead.email.slice(lead.email.indexOf('@') + 1)}>`,
    direction: 'REPLY',
    time: message.repliedAt,
    from: lead.email,
    to: mailbox?.fromEmail ?? '',
    subject: message.subject.startsWith('Re: ') ? message.subject : `Re: ${message.subject}`,
    body: index === 0 ? promptInjectionReply : template.body,
  });
  const category = [...account.categories.values()].find((candidate) => candidate.name === template.category);
  membership.categoryId = category?.id ?? null;
  membership.unread = index < 3 || random.chance(0.4);
  membership.important = category?.sentiment === 'positive' && random.chance(0.5);
  membership.archived = category?.sentiment === 'negative' && !membership.unread && random.chance(0.3);
  if (index % 9 === 4) membership.snoozedUntil = today + 3 * dayMs;
  if (index % 9 === 5) membership.scheduledFor = today + dayMs;
  if (index % 7 === 2) {
    const reminder = { time: today + 2 * dayMs, message: 'Confirm the meeting', statsId: message.statsId };
    membership.reminder = { id: account.nextIdentifier(), ...reminder };
  }
  if (category?.sentiment === 'positive') {
    membership.teamMemberId = random.pick([...account.teamMembers.keys()]);
    membership.revenue = random.chance(0.3) ? random.integer(1, 20) * 500 : 0;
  }
  campaign.updatedAt = Math.max(campaign.updatedAt, message.repliedAt);
}

function settleStatuses(campaign: Campaign): void {
  for (const membership of campaign.memberships.values()) {
    const last = membership.messages.at(-1);
    if (last === undefined) membership.status = campaign.status === 'STOPPED' ? 'STOPPED' : 'STARTED';
    else if (last.bouncedAt !== null) membership.status = 'BLOCKED';
    else if (membership.unsubscribed) membership.status = 'STOPPED';
    else if (last.repliedAt !== null || last.sequenceNumber === campaign.sequence.length) membership.status = 'COMPLETED';
    else if (campaign.status === 'PAUSED') membership.status = 'PAUSED';
    else membership.status = campaign.status === 'STOPPED' ? 'STOPPED' : 'INPROGRESS';
  }
}
