import { dayNumber } from '../calendar.ts';
import { isWithin } from '../event-counts.ts';
import { type Fields, isRecord, timestamp } from '../fields.ts';
import { type Call, campaignOf, type OperationHandlers } from '../operation-handler.ts';
import { campaignNotFound, notPossible, Refusal } from '../refusal.ts';
import type { Account } from '../state/account.ts';
import type { Webhook } from '../state/agency.ts';

/** Webhooks are kept but never called: the sandbox writes to no other address. */
export const webhookOperations: OperationHandlers = {
  'campaigns/get-webhooks': (call) => {
    const campaign = campaignOf(call);
    return [...call.account.webhooks.values()]
      .filter((webhook) => webhook.campaignId === campaign.id)
      .map((webhook) => ({
        ...commonColumns(webhook),
        event_types: webhook.eventTypes,
        categories: webhook.categories,
        created_at: timestamp(webhook.createdAt),
        updated_at: timestamp(webhook.updatedAt),
      }));
  },

  'campaigns/save-webhooks': (call) => {
    const { account, body, now } = call;
    const campaign = campaignOf(call);
    const id = body.optionalNumber('id');
    const existing = id === undefined ? undefined : account.webhooks.get(id);
    if (id !== undefined && existing?.campaignId !== campaign.id) throw webhookNotFound();
    const webhook: Webhook = {
      id: existing?.id ?? account.nextIdentifier(),
      name: body.text('name'),
      url: body.text('webhook_url'),
      campaignId: campaign.id,
      clientId: null,
      association: 'campaign',
      eventTypes: body.texts('event_types'),
      categories: body.texts('categories'),
      createdAt: existing?.createdAt ?? now,
      updatedAt: now,
    };
    account.webhooks.set(webhook.id, webhook);
    return { ...commonColumns(webhook), ...mapColumns(account, webhook) };
  },

  // The id goes in the body; the documented route with the id in the path does not exist.
  'campaigns/delete-webhook': (call) => {
    const campaign = campaignOf(call);
    const webhook = call.account.webhooks.get(call.body.number('id'));
    if (webhook === undefined || webhook.campaignId !== campaign.id) throw webhookNotFound();
    call.account.webhooks.delete(webhook.id);
    return { ok: true };
  },

  'campaigns/get-webhook-summary': (call) => {
    const campaign = campaignOf(call);
    const from = call.query.optionalTime('fromTime') ?? 0;
    const to = call.query.optionalTime('toTime') ?? 0;
    const period = { firstDay: dayNumber(from), lastDay: dayNumber(to), timezone: 'UTC' };
    const replies = [...campaign.memberships.values()].flatMap((membership) =>
      membership.messages.filter((message) => message.repliedAt !== null && isWithin(message.repliedAt, period)),
    );
    const summary = [...call.account.webhooks.values()]
      .filter((webhook) => webhook.campaignId === campaign.id && webhook.eventTypes.includes('EMAIL_REPLY'))
      .map((webhook) => ({
        webhook_id: webhook.id,
        name: webhook.name,
        event_type: 'EMAIL_REPLY',
        total: replies.length,
        success: replies.length,
        failed: 0,
      }));
    return { data: { summary, timeRange: { from: timestamp(from), to: timestamp(to) } } };
  },

  'campaigns/retrigger-webhooks': (call) => {
    campaignOf(call);
    return { success: true, retriggered_count: 0 };
  },

  'webhooks/create': ({ account, body, now }) => {
    const campaignId = body.optionalNumber('email_campaign_id') ?? null;
    const clientId = body.optionalNumber('client_id') ?? null;
    if (campaignId !== null && !account.campaigns.has(campaignId)) throw campaignNotFound();
    if (clientId !== null && !account.clients.has(clientId)) throw notPossible('Client not found - Invalid client_id.');
    const url = body.text('webhook_url');
    const alike = [...account.webhooks.values()].some(
      (other) => other.url === url && other.campaignId === campaignId && other.clientId === clientId,
    );
    if (alike && !body.flag('force_create'))
      throw new Refusal(409, { error: 'A webhook for this URL exists already. Set force_create.' });
    const webhook: Webhook = {
      id: account.nextIdentifier(),
      name: body.optionalText('name') ?? 'Webhook',
      url,
      campaignId,
      clientId,
      association: body.text('association_type') as Webhook['association'],
      eventTypes: chosenKeys(body, 'event_type_map', body.optionalText('event_type')),
      categories: categoryNames(account, chosenKeys(body, 'category_id_map', body.optionalNumber('category_id')?.toString())),
      createdAt: now,
      updatedAt: now,
    };
    account.webhooks.set(webhook.id, webhook);
    return { ok: true, id: webhook.id, webhook_url: url };
  },

  'webhooks/get': (call) => {
    const webhook = webhookOf(call, call.path.number('webhook_id'));
    const times = { created_at: timestamp(webhook.createdAt), updated_at: timestamp(webhook.updatedAt) };
    return { ok: true, data: { ...commonColumns(webhook), ...mapColumns(call.account, webhook), ...times } };
  },

  'webhooks/update': (call) => {
    const { body } = call;
    const webhook = webhookOf(call, call.path.number('webhook_id'));
    webhook.name = body.optionalText('name') ?? webhook.name;
    webhook.url = body.optionalText('webhook_url') ?? webhook.url;
    if (body.has('event_type_map')) webhook.eventTypes = chosenKeys(body, 'event_type_map', undefined);
    else if (body.has('event_types')) webhook.eventTypes = body.texts('event_types');
    if (body.has('categories')) webhook.categories = body.texts('categories');
    webhook.updatedAt = call.now;
    return { ok: true, id: webhook.id, message: 'Webhook saved successfully' };
  },

  'webhooks/delete': (call) => {
    call.account.webhooks.delete(webhookOf(call, call.body.number('id')).id);
    return { ok: true };
  },
};

const webhookNotFound = () => new Refusal(404, { ok: false, error: 'Webhook not found!', status: 'error' });

function webhookOf(call: Call, id: number): Webhook {
  const webhook = call.account.webhooks.get(id);
  if (webhook === undefined) throw webhookNotFound();
  return webhook;
}

function commonColumns(webhook: Webhook) {
  return { id: webhook.id, name: webhook.name, webhook_url: webhook.url, email_campaign_id: webhook.campaignId };
}

function mapColumns(account: Account, webhook: Webhook) {
  const categoryIds = [...account.categories.values()].filter((category) => webhook.categories.includes(category.name));
  return {
    event_type_map: Object.fromEntries(webhook.eventTypes.map((name) => [name, true])),
    category_id_map: Object.fromEntries(categoryIds.map((category) => [category.id, true])),
  };
}

/** Keys of a map whose value is true, and the one named alone. */
function chosenKeys(body: Fields, mapName: string, single: string | undefined): string[] {
  const map = body.raw(mapName);
  const keys = isRecord(map) ? Object.keys(map).filter((key) => map[key] === true) : [];
  return single === undefined || keys.includes(single) ? keys : [...keys, single];
}

function categoryNames(account: Account, ids: readonly string[]): string[] {
  return [...account.categories.values()]
    .filter((category) => ids.includes(String(category.id)))
    .map((category) => category.name);
}
