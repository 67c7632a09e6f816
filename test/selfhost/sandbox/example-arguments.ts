import fc from 'fast-check';
import type { Operation } from '../../../selfhost/sandbox/catalogue.ts';
import type { LeadPage, SandboxClient } from './sandbox-client.ts';
import { campaignNamed } from './sandbox-client.ts';
import { inPlace, validArguments } from './schema-values.ts';

/** Ids of things that exist in a seeded account, by the names parameters give them. */
export type KnownValues = Record<string, unknown>;

export interface ExampleRequest {
  path: string;
  query: Record<string, string>;
  body: unknown;
}

/** Reads a seeded account for ids that operations can be called with. */
export async function knownValues(client: SandboxClient): Promise<KnownValues> {
  const draft = await campaignNamed(client, 'Autumn draft');
  const active = await campaignNamed(client, 'Spring outreach: logistics');
  const child = await campaignNamed(client, 'Asked for prices');
  const leads = await client.read<LeadPage>(`/campaigns/${active.id}/leads`);
  const waiting = leads.data.find((row) => row.status === 'INPROGRESS') ?? leads.data[0];
  const inbox = await client.write<{ data: { email_lead_map_id: string; email_campaign_id: number; email_lead_id: string }[] }>(
    '/master-inbox/inbox-replies',
    { filters: { campaignId: active.id } },
  );
  const answered = inbox.data[0];
  const history = await client.read<{ history: { stats_id: string; message_id: string }[] }>(
    `/campaigns/${active.id}/leads/${answered?.email_lead_id}/message-history`,
  );
  const mailboxes = await client.read<{ id: number; from_email: string }[]>('/email-accounts/');
  const clients = await client.read<{ id: number }[]>('/client/');
  const key = await client.write<{ data: { id: number } }>('/client/api-key', { clientId: clients[0]?.id, keyName: 'Example' });
  const lists = await client.read<{ data: { lists: { id: number }[] } }>('/lead-list/');
  const tags = await client.read<{ data: { id: number }[] }>('/crm/leads/tags');
  await client.write('/crm/leads/tags', { leadId: Number(answered?.email_lead_id), tagIds: [tags.data[0]?.id] });
  const mappings = await client.read<{ data: { tag_mapping_id: number }[] }>('/crm/leads/tags', {
    leadId: Number(answered?.email_lead_id),
  });
  const blocked = await client.read<{ id: number }[]>('/leads/get-domain-block-list');
  const webhooks = await client.read<{ id: number }[]>(`/campaigns/${active.id}/webhooks`);
  const board = await client.read<{ data: { team_board_stats: { id: number }[] } }>('/analytics/team-board/overall-stats', {
    start_date: '2026-01-01',
    end_date: '2026-01-02',
  });
  const tests = (await client.send('POST', '/spam-test/report', { host: 'delivery', query: { testType: 'auto' }, body: {} }))
    .body as { spam_test_id: number }[];
  const folders = (await client.send('GET', '/spam-test/folder', { host: 'delivery' })).body as { id: number }[];
  const searches = (await client.send('GET', '/search-filters/saved-searches', { host: 'prospect' })).body as {
    data: { savedSearches: { id: number }[] };
  };
  return {
    draft: draft.id,
    email: waiting?.lead.email,
    campaign_id: active.id,
    email_campaign_id: active.id,
    campaignId: active.id,
    parent_campaign_id: active.id,
    sub_sequence_id: child.id,
    lead_id: waiting?.lead.id,
    leadId: waiting?.lead.id,
    email_lead_id: waiting?.lead.id,
    lead_map_id: Number(waiting?.campaign_lead_map_id),
    email_lead_map_id: Number(waiting?.campaign_lead_map_id),
    email_stats_id: history.history[0]?.stats_id,
    answeredLead: Number(answered?.email_lead_id),
    answeredLeadMap: Number(answered?.email_lead_map_id),
    stats_id: history.history[0]?.stats_id,
    message_id: history.history[0]?.message_id,
    email_account_id: mailboxes[0]?.id,
    email_account_ids: [mailboxes[0]?.id],
    account_id: mailboxes[0]?.id,
    fromEmailId: mailboxes[0]?.id,
    email_ids: [mailboxes[0]?.from_email],
    client_id: clients[0]?.id,
    clientId: clients[0]?.id,
    clientKey: key.data.id,
    listId: lists.data.lists[0]?.id,
    otherListId: lists.data.lists[1]?.id,
    tagId: tags.data[0]?.id,
    tagMappingId: mappings.data[0]?.tag_mapping_id,
    blockListEntry: blocked[0]?.id,
    webhook_id: webhooks[0]?.id,
    teamMemberId: board.data.team_board_stats[0]?.id,
    team_member_id: board.data.team_board_stats[0]?.id,
    spamTestId: tests[0]?.spam_test_id,
    spamTestIds: [tests[0]?.spam_test_id],
    folderId: folders[0]?.id,
    filter_id: searches.data.savedSearches[0]?.id,
  };
}

/** Values for parameters whose name alone does not say what they refer to, or whose value decides about success. */
function specialValues(known: KnownValues): Record<string, Record<string, unknown>> {
  return {
    'campaigns/get-all': { include_tags: true },
    'campaigns/get-by-id': { include_tags: true },
    'campaigns/get-email-accounts': { include_tags: true },
    'email-accounts/get-by-id': { fetch_campaigns: true },
    'clients/save': { email: 'new@client.test' },
    'lead-tags/get-all': { leadId: known.answeredLead },
    'smart-prospect/industries': { withSubIndustry: true },
    'smart-prospect/search-analytics': { filter_id: known.filter_id },
    'webhooks/create': { association_type: 'user' },
    'extra/leads-push-to-list': { listId: known.listId, leadIds: [known.lead_id] },
    'extra/leads-push-campaign-to-list': { listId: known.listId, campaignId: known.campaign_id, allLeads: true },
    'campaigns/delete': { campaign_id: known.draft },
    'campaigns/update-sequences': {
      campaign_id: known.draft,
      sequences: [
        { id: null, seq_number: 1, subject: 'Hello', email_body: '<p>Hi</p>', seq_delay_details: { delay_in_days: 0 } },
      ],
    },
    'campaigns/update-lead': { email: 'renamed@example.com' },
    'campaigns/update-lead-category': { category_id: 1 },
    'campaigns/update-lead-email-account': { override_lead_email_account: true },
    'campaigns/delete-webhook': { id: known.webhook_id },
    'campaigns/send-test-email': { sequenceNumber: 1 },
    'inbox/update-category': { category_id: 1 },
    'inbox/get-by-id': { id: known.answeredLeadMap },
    'inbox/set-reminder': { email_lead_map_id: known.answeredLeadMap },
    'lead-notes/get-all': { id: known.lead_id },
    'lead-tasks/get-all': { id: known.lead_id },
    'lead-tags/add-to-lead': { tagIds: [known.tagId] },
    'lead-lists/get-by-id': { id: known.listId },
    'lead-lists/update': { id: known.listId },
    'lead-lists/delete': { id: known.listId },
    'lead-lists/import-leads': { id: known.listId },
    'lead-lists/push-between-lists': { toListId: known.listId, fromListId: known.otherListId },
    'lead-lists/push-to-campaign': { leadList: { listId: known.listId } },
    'lead-lists/assign-tags': { listIds: [known.listId], tagIds: [known.tagId] },
    'email-accounts/add-smtp': { from_email: 'new@example.com' },
    'email-accounts/add-oauth': { from_email: 'new@example.com' },
    'email-account-tags/update': { id: known.tagId },
    'email-account-tags/assign': { tag_ids: [known.tagId] },
    'email-account-tags/remove': { tag_ids: [known.tagId] },
    'clients/delete-api-key': { id: known.clientKey },
    'clients/reset-api-key': { id: known.clientKey },
    'webhooks/delete': { id: known.webhook_id },
    'utilities/remove-from-block-list': { id: known.blockListEntry },
    'smart-prospect/update-saved-search': { id: known.filter_id },
    'smart-prospect/update-fetched-lead': { id: known.filter_id },
    'smart-prospect/fetch-contacts': { limit: 5 },
    'smart-prospect/get-contacts': { filter_id: known.filter_id },
    'smart-senders/order-details': { order_id: known.order_id },
    'campaigns/get-analytics-by-date': { start_date: '2026-02-20', end_date: '2026-03-15' },
    'campaigns/get-top-level-analytics': { start_date: '2026-02-20', end_date: '2026-03-15' },
    'extra/campaigns-sequence-analytics': { start_date: '2026-02-20', end_date: '2026-03-15' },
    'extra/email-accounts-fetch-messages-bulk': { $body: [{ account_id: known.email_account_id }] },
  };
}

const always: KnownValues = { start_date: '2026-01-01', end_date: '2026-03-31' };

/** A request with the operation's required arguments only, made of things that exist. */
export function exampleRequest(operation: Operation, known: KnownValues): ExampleRequest {
  const special = specialValues(known)[operation.id] ?? {};
  const [sample] = fc.sample(validArguments(operation), { numRuns: 1, seed: 11 });
  const choose = (place: 'path' | 'query' | 'body') => {
    const values: Record<string, unknown> = {};
    for (const param of inPlace(operation, place)) {
      const named = special[param.name] ?? (param.required ? (known[param.name] ?? always[param.name]) : undefined);
      const filler =
        param.required || constrained(operation, param.name)
          ? (sample?.[place] as Record<string, unknown> | undefined)?.[param.name]
          : undefined;
      const value = named ?? (constrained(operation, param.name) ? (known[param.name] ?? filler) : filler);
      if (
        value !== undefined &&
        !(
          constrained(operation, param.name) &&
          named === undefined &&
          Object.keys(special).some((name) => constrained(operation, name))
        )
      )
        values[param.name] = value;
    }
    return values;
  };
  const body = choose('body');
  const path = Object.entries(choose('path')).reduce(
    (text, [name, value]) => text.replace(`{${name}}`, encodeURIComponent(String(value))),
    operation.path,
  );
  const query = Object.fromEntries(Object.entries(choose('query')).map(([name, value]) => [name, String(value)]));
  return { path, query, body: operation.method === 'GET' ? undefined : Object.hasOwn(body, '$body') ? body.$body : body };
}

/** Whether the parameter is one of several of which one is needed. */
function constrained(operation: Operation, name: string): boolean {
  return (operation.constraints ?? []).some(({ kind, params }) => kind.endsWith('one_of') && params?.includes(name) === true);
}
