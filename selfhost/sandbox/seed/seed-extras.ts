import { dayMs } from '../calendar.ts';
import type { Account } from '../state/account.ts';

/** The smaller things of an account: lists, block list, webhook, note and task, placement tests, a saved contact search, an order. */
export function seedExtras(account: Account, start: number, today: number): void {
  const { random } = account;
  const leadIds = [...account.leads.keys()];
  for (const [name, from, to] of [
    ['Trade fair visitors', 0, 40],
    ['Newsletter readers', 260, 320],
  ] as const) {
    const id = account.nextIdentifier();
    account.lists.set(id, {
      id,
      name,
      createdAt: start,
      updatedAt: start,
      leadIds: new Set(leadIds.slice(from, to)),
      tagIds: new Set(),
    });
  }
  for (const entry of ['competitor.test', 'do-not-mail@acorn-robotics.test']) {
    const id = account.nextIdentifier();
    account.blockList.set(id, { id, entry, source: 'manual', clientId: null, createdAt: start });
  }
  const [campaign] = account.campaigns.values();
  if (campaign === undefined) return;
  const webhookId = account.nextIdentifier();
  account.webhooks.set(webhookId, {
    id: webhookId,
    name: 'CRM',
    url: 'https://crm.example.com/webhook',
    campaignId: campaign.id,
    clientId: null,
    association: 'campaign',
    eventTypes: ['EMAIL_REPLY', 'LEAD_CATEGORY_UPDATED'],
    categories: ['Interested', 'Meeting Request'],
    createdAt: start,
    updatedAt: start,
  });
  const answered = [...account.memberships()].find((membership) => membership.thread.length > 0);
  if (answered !== undefined) {
    const place = { mapId: answered.mapId, leadId: answered.leadId, createdAt: today - dayMs };
    const noteId = account.nextIdentifier();
    account.notes.set(noteId, { id: noteId, ...place, message: 'Asked for a call after the trade fair' });
    const taskId = account.nextIdentifier();
    const task = {
      name: 'Send the price list',
      description: '',
      priority: 'HIGH',
      dueDate: new Date(today + dayMs).toISOString(),
    };
    account.tasks.set(taskId, { id: taskId, ...place, ...task });
    const vip = [...account.tags.values()].find((tag) => tag.name === 'VIP');
    const mappingId = account.nextIdentifier();
    if (vip !== undefined) account.leadTags.set(mappingId, { id: mappingId, leadId: answered.leadId, tagId: vip.id });
  }
  seedPlacementTests(account, campaign.id, campaign.sequence[0]?.id ?? 0, start, today);
  const searchId = account.nextIdentifier();
  const filter = { title: ['Head of Sales'], country: ['United States'], limit: 100 };
  account.searches.set(searchId, {
    id: searchId,
    name: 'Heads of sales, US',
    filter,
    saved: true,
    fetched: null,
    createdAt: start,
    updatedAt: start,
  });
  const orderId = `ORD_${random.integer(10_000, 99_999)}`;
  const domains = [{ name: 'agency-mail.test', mailboxes: ['harriet@agency-mail.test', 'tomas@agency-mail.test'] }];
  account.orders.set(orderId, { id: orderId, vendorId: 1, domains, createdAt: start });
}

function seedPlacementTests(account: Account, campaignId: number, sequenceMappingId: number, start: number, today: number): void {
  const folderId = account.nextIdentifier();
  account.placementFolders.set(folderId, { id: folderId, name: 'Spring tests', createdAt: start, updatedAt: start });
  const senders = [...account.mailboxes.values()].slice(0, 2).map((mailbox) => mailbox.fromEmail);
  for (const kind of ['manual', 'automated'] as const) {
    const id = account.nextIdentifier();
    const automated = kind === 'automated';
    account.placementTests.set(id, {
      id,
      name: automated ? 'Weekly placement' : 'First placement test',
      kind,
      status: automated ? 'active' : 'completed',
      description: 'Seeded by the sandbox',
      campaignId,
      sequenceMappingId,
      senders,
      linkChecker: true,
      minutesBetweenEmails: 30,
      timeUnit: 'minutes',
      withoutTimeGap: false,
      warmup: false,
      startTime: automated ? new Date(start).toISOString() : null,
      endDate: automated ? new Date(today + 30 * dayMs).toISOString() : null,
      everyDays: automated ? 7 : null,
      folderId,
      createdAt: start,
      updatedAt: start,
    });
  }
}
