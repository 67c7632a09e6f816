import { dayMs } from '../calendar.ts';
import type { Account } from '../state/account.ts';
import { newMailbox } from '../state/mailbox.ts';
import { categoryTemplates } from './correspondence.ts';
import { companies, firstNames, jobTitles, lastNames, places } from './people.ts';
import { seedCampaigns } from './seed-campaigns.ts';
import { seedCorrespondence } from './seed-correspondence.ts';
import { seedExtras } from './seed-extras.ts';

/** How far back the seeded events reach. */
export const seededDays = 60;
const seededLeads = 320;

/**
 * Fills a new account: categories, tags, clients, a team, mailboxes, leads, campaigns in every status with 60 days of correspondence.
 * The same key on the same day (UTC) gives the same account; every event lies before the start of that day.
 */
export function seedAccount(account: Account, now: number): void {
  const today = Math.floor(now / dayMs) * dayMs;
  const start = today - seededDays * dayMs;
  for (const [index, category] of categoryTemplates.entries())
    account.categories.set(index + 1, { id: index + 1, ...category, createdAt: start });
  for (const [name, color] of [
    ['Primary Senders', '#4CAF50'],
    ['Warm-up only', '#FF9800'],
    ['Q1', '#2196F3'],
    ['VIP', '#9C27B0'],
    ['Enterprise', '#F44336'],
  ] as const) {
    const id = account.nextIdentifier();
    account.tags.set(id, { id, name, color });
  }
  for (const name of ['Harriet Vale', 'Tomas Reyes', 'Priya Nair']) {
    const id = account.nextIdentifier();
    account.teamMembers.set(id, { id, name, email: `${name.split(' ')[0]?.toLowerCase()}@agency.example.com` });
  }
  for (const name of ['Maple Consulting', 'Orchid Labs']) {
    const id = account.nextIdentifier();
    const domain = `${name.toLowerCase().replace(' ', '-')}.test`;
    const permissions = ['campaigns', 'leads'];
    account.clients.set(id, { id, name, email: `owner@${domain}`, logo: null, logoUrl: null, permissions, createdAt: start });
  }
  seedMailboxes(account, start);
  seedLeads(account, start);
  seedCampaigns(account, start, today);
  seedCorrespondence(account, today);
  seedExtras(account, start, today);
}

function seedMailboxes(account: Account, start: number): void {
  const tagIds = [...account.tags.keys()];
  const senders = ['harriet', 'harriet.vale', 'tomas', 'tomas.reyes', 'priya', 'priya.nair', 'hello', 'team'];
  for (const [index, name] of senders.entries()) {
    const type = (['GMAIL', 'OUTLOOK', 'SMTP'] as const)[index % 3] ?? 'SMTP';
    const domain = index % 2 === 0 ? 'outreach.example.com' : 'agency-mail.test';
    const fromEmail = `${name}@${domain}`;
    const mailbox = newMailbox({
      id: account.nextIdentifier('mailbox'),
      fromName: name.replace(/(^|\.)\w/g, (letter) => letter.toUpperCase().replace('.', ' ')),
      fromEmail,
      username: fromEmail,
      type,
      createdAt: start,
      connected: index !== 7,
      messagesPerDay: account.random.pick([30, 40, 50]),
    });
    const warm = index < 6;
    mailbox.warmup.status = warm ? 'ACTIVE' : 'INACTIVE';
    mailbox.warmup.totalSent = warm ? account.random.integer(200, 900) : 0;
    mailbox.warmup.totalSpam = warm ? account.random.integer(0, 6) : 0;
    mailbox.warmup.reputation = warm ? account.random.integer(88, 100) : 100;
    const tagId = tagIds[index < 6 ? 0 : 1];
    if (tagId !== undefined) mailbox.tagIds.add(tagId);
    account.mailboxes.set(mailbox.id, mailbox);
  }
}

function seedLeads(account: Account, start: number): void {
  const { random } = account;
  for (let index = 0; index < seededLeads; index += 1) {
    const firstName = random.pick(firstNames);
    const lastName = random.pick(lastNames);
    const company = random.pick(companies);
    const place = random.pick(places);
    account.addLead({
      id: account.nextIdentifier('lead'),
      email: `${firstName}.${lastName}.${index + 1}@${company.domain}`.toLowerCase(),
      firstName,
      lastName,
      companyName: company.name,
      phoneNumber: `+1555010${String(random.integer(0, 9999)).padStart(4, '0')}`,
      website: `https://${company.domain}`,
      location: `${place.city}, ${place.country}`,
      linkedinProfile: `https://social.example.com/in/${firstName}-${lastName}-${index + 1}`.toLowerCase(),
      companyUrl: `https://${company.domain}`,
      customFields: { job_title: random.pick(jobTitles).title, industry: company.industry },
      unsubscribed: false,
      createdAt: start + random.integer(0, dayMs),
    });
  }
}
