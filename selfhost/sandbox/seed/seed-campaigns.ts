import { dayMs } from '../calendar.ts';
import type { Account } from '../state/account.ts';
import { type Campaign, type CampaignStatus, newCampaign } from '../state/campaign.ts';
import { sequenceTemplates } from './correspondence.ts';

interface CampaignPlan {
  name: string;
  status: CampaignStatus;
  /** Days before today on which it began. */
  age: number;
  leads: number;
  /** Which of the account's clients it is run for. */
  client?: number;
  childOf?: string;
}

const plans: readonly CampaignPlan[] = [
  { name: 'Spring outreach: logistics', status: 'ACTIVE', age: 55, leads: 70 },
  { name: 'Founders in Europe', status: 'ACTIVE', age: 32, leads: 55, client: 0 },
  { name: 'Partner programme', status: 'ACTIVE', age: 9, leads: 45, client: 1 },
  { name: 'Webinar follow-up', status: 'PAUSED', age: 40, leads: 50 },
  { name: 'Clinics pilot', status: 'COMPLETED', age: 58, leads: 60 },
  { name: 'Old price list', status: 'STOPPED', age: 57, leads: 30, client: 0 },
  { name: 'Last year reactivation', status: 'ARCHIVED', age: 59, leads: 25 },
  { name: 'Autumn draft', status: 'DRAFTED', age: 2, leads: 12 },
  { name: 'Asked for prices', status: 'ACTIVE', age: 20, leads: 8, childOf: 'Spring outreach: logistics' },
];

/** Campaigns in every status, each with its schedule, sequence, senders and leads. Nothing is sent yet. */
export function seedCampaigns(account: Account, start: number, today: number): void {
  const clients = [...account.clients.keys()];
  const mailboxIds = [...account.mailboxes.keys()];
  const leads = [...account.leads.values()];
  const byName = new Map<string, Campaign>();
  let nextLead = 0;
  for (const [index, plan] of plans.entries()) {
    const createdAt = Math.max(start, today - plan.age * dayMs);
    const clientId = plan.client === undefined ? undefined : clients[plan.client];
    const campaign = newCampaign({ id: account.nextIdentifier('campaign'), name: plan.name, createdAt, clientId });
    campaign.status = plan.status;
    campaign.parentCampaignId = plan.childOf === undefined ? null : (byName.get(plan.childOf)?.id ?? null);
    campaign.schedule = { timezone: 'America/New_York', days: [1, 2, 3, 4, 5], startHour: '09:00', endHour: '18:00' };
    campaign.newLeadsPerDay = 10;
    campaign.trackSettings = index === 3 ? ['DONT_LINK_CLICK'] : [];
    campaign.tagIds = [...account.tags.values()].filter((tag) => tag.name === 'Q1' && index < 3).map((tag) => tag.id);
    for (const offset of [0, 1, 2]) {
      const mailboxId = mailboxIds[(index + offset) % 6];
      if (mailboxId !== undefined) campaign.mailboxIds.add(mailboxId);
    }
    campaign.sequence = sequenceTemplates.map((template, step) => ({
      id: account.nextIdentifier(),
      number: step + 1,
      ...template,
      variants: [],
      createdAt,
      updatedAt: createdAt,
    }));
    for (let count = 0; count < plan.leads; count += 1) {
      const lead = leads[nextLead % leads.length];
      nextLead += 1;
      if (lead !== undefined) account.join(campaign, lead, Math.max(createdAt, lead.createdAt));
    }
    account.campaigns.set(campaign.id, campaign);
    byName.set(plan.name, campaign);
  }
}
