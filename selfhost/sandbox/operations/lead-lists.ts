import { type Fields, timestamp } from '../fields.ts';
import { importLeads, upsertLead } from '../lead-import.ts';
import { type Call, type OperationHandlers, pageOf } from '../operation-handler.ts';
import { campaignNotFound, notPossible, Refusal } from '../refusal.ts';
import type { Account } from '../state/account.ts';
import { newCampaign } from '../state/campaign.ts';
import type { Lead, LeadList } from '../state/lead.ts';
import { membershipsOf } from './leads.ts';

export const leadListOperations: OperationHandlers = {
  'lead-lists/create': ({ account, body, now }) => {
    const id = account.nextIdentifier();
    const list: LeadList = {
      id,
      name: body.text('listName'),
      createdAt: now,
      updatedAt: now,
      leadIds: new Set(),
      tagIds: new Set(),
    };
    account.lists.set(id, list);
    return { data: listRow(account, list) };
  },

  'lead-lists/get-all': ({ account, query }) => {
    const name = query.optionalText('listName')?.toLowerCase();
    const tagIds = query.optionalNumberList('tagIds');
    const lists = [...account.lists.values()].filter(
      (list) =>
        (name === undefined || list.name.toLowerCase().includes(name)) &&
        (tagIds === undefined || [...tagIds].some((tagId) => list.tagIds.has(tagId))),
    );
    return { data: { lists: pageOf(lists, query, 10).items.map((list) => listRow(account, list)), totalCount: lists.length } };
  },

  'lead-lists/get-by-id': (call) => ({ data: listRow(call.account, listOf(call, call.path.number('id'))) }),

  'lead-lists/update': (call) => {
    const list = listOf(call, call.path.number('id'));
    list.name = call.body.text('listName');
    list.updatedAt = call.now;
    return { data: listRow(call.account, list) };
  },

  'lead-lists/delete': (call) => {
    call.account.lists.delete(listOf(call, call.path.number('id')).id);
    return { ok: true };
  },

  'lead-lists/import-leads': (call) => {
    const { account, body, now } = call;
    const list = listOf(call, call.path.number('id'));
    const rows = body.objects('leadList');
    const ignoreBlockList = body.object('csvSettings')?.flag('ignoreGlobalBlockList') ?? false;
    let imported = 0;
    let blocked = 0;
    for (const row of rows) {
      if (!ignoreBlockList && account.blockFor(row.text('email')) !== undefined) {
        blocked += 1;
        continue;
      }
      const lead = upsertLead(account, row, now);
      if (!list.leadIds.has(lead.id)) imported += 1;
      list.leadIds.add(lead.id);
    }
    list.updatedAt = now;
    return { ok: true, data: { total_leads: rows.length, imported, duplicates: rows.length - imported - blocked, blocked } };
  },

  'lead-lists/push-between-lists': (call) => {
    const { body } = call;
    const target = listOf(call, body.number('toListId'));
    const sourceId = body.optionalNumber('fromListId');
    const source = sourceId === undefined ? undefined : listOf(call, sourceId);
    const leadIds = source === undefined ? body.numbers('leadIds') : [...source.leadIds];
    const moved = addToList(call, target, leadIds);
    if (body.text('action') === 'move' && source !== target) {
      const sources = source === undefined ? [...call.account.lists.values()].filter((list) => list !== target) : [source];
      for (const list of sources) for (const leadId of leadIds) list.leadIds.delete(leadId);
    }
    return { ok: true, data: { total_leads_moved: moved } };
  },

  'lead-lists/push-to-campaign': (call) => {
    const { account, body, now } = call;
    const campaign = targetCampaign(call);
    const selection = body.object('leadList');
    const leads = selectLeads(call, selection);
    const candidates = leads.map((lead) => ({ email: lead.email, lead: () => lead }));
    const result = importLeads(account, campaign, candidates, { ignoreBlockList: false, ignoreUnsubscribes: false }, now);
    const listId = selection?.optionalNumber('listId');
    if (body.text('action') === 'move' && listId !== undefined)
      for (const lead of result.added) account.lists.get(listId)?.leadIds.delete(lead.id);
    const duplicates = result.alreadyInCampaign + result.duplicates;
    return { ok: true, data: { total_leads: leads.length, pushed: result.added.length, duplicates } };
  },

  'lead-lists/assign-tags': (call) => {
    const lists = call.body.numbers('listIds').map((listId) => listOf(call, listId));
    const tagIds = call.body.numbers('tagIds');
    if (tagIds.some((tagId) => !call.account.tags.has(tagId))) throw notPossible('Tag not found');
    for (const list of lists) {
      for (const tagId of call.body.numbers('removeTagIds')) list.tagIds.delete(tagId);
      for (const tagId of tagIds) list.tagIds.add(tagId);
    }
    return { ok: true, message: 'Tags updated successfully' };
  },

  'extra/leads-push-to-list': (call) => {
    const { account, body } = call;
    const target = listOf(call, body.optionalNumber('listId') ?? 0);
    const leadIds = body.flag('allLeads') ? [...account.leads.keys()] : body.numbers('leadIds');
    const pushed = addToList(call, target, leadIds);
    if (body.optionalText('action') === 'move') {
      for (const list of account.lists.values()) if (list !== target) for (const leadId of leadIds) list.leadIds.delete(leadId);
    }
    return { ok: true, data: { total_leads: pushed } };
  },

  'extra/leads-push-campaign-to-list': (call) => {
    const { account, body } = call;
    const target = listOf(call, body.optionalNumber('listId') ?? 0);
    const campaign = account.campaigns.get(body.optionalNumber('campaignId') ?? 0);
    if (campaign === undefined) throw campaignNotFound();
    const chosen = new Set(body.numbers('leadMapIds'));
    const memberships = [...campaign.memberships.values()].filter(
      (membership) => body.flag('allLeads') || chosen.has(membership.mapId),
    );
    const leadIds = memberships.map((membership) => membership.leadId);
    return { ok: true, data: { total_leads: addToList(call, target, leadIds) } };
  },
};

function listOf(call: Call, id: number): LeadList {
  const list = call.account.lists.get(id);
  if (list === undefined) throw new Refusal(404, { success: false, message: 'Lead list not found' });
  return list;
}

function listRow(account: Account, list: LeadList) {
  let active = 0;
  for (const leadId of list.leadIds) {
    if (membershipsOf(account, leadId).some((membership) => ['STARTED', 'INPROGRESS'].includes(membership.status))) active += 1;
  }
  return {
    id: list.id,
    list_name: list.name,
    created_at: timestamp(list.createdAt),
    updated_at: timestamp(list.updatedAt),
    leads_count: String(list.leadIds.size),
    active_leads_count: String(active),
  };
}

/** Puts the leads the account knows on the list. Answers how many were not on it before. */
function addToList(call: Call, list: LeadList, leadIds: readonly number[]): number {
  const before = list.leadIds.size;
  for (const leadId of leadIds) if (call.account.leads.has(leadId)) list.leadIds.add(leadId);
  list.updatedAt = call.now;
  return list.leadIds.size - before;
}

function targetCampaign(call: Call) {
  const { account, body, now } = call;
  const campaignId = body.optionalNumber('campaignId');
  const name = body.optionalText('campaignName');
  const found = [...account.campaigns.values()].find((campaign) =>
    campaignId === undefined ? campaign.name === name : campaign.id === campaignId,
  );
  if (found !== undefined) return found;
  if (campaignId !== undefined || name === undefined) throw campaignNotFound();
  const campaign = newCampaign({ id: account.nextIdentifier('campaign'), name, createdAt: now });
  account.campaigns.set(campaign.id, campaign);
  return campaign;
}

function selectLeads(call: Call, selection: Fields | undefined): Lead[] {
  const { account } = call;
  if (selection?.flag('allLeads') === true) return [...account.leads.values()];
  const listId = selection?.optionalNumber('listId');
  const onList = listId === undefined ? undefined : listOf(call, listId).leadIds;
  const chosen = selection?.has('leadIds') === true ? selection.numbers('leadIds') : [...(onList ?? [])];
  return chosen.flatMap((leadId) => {
    const lead = account.leads.get(leadId);
    return lead === undefined || onList?.has(leadId) === false ? [] : [lead];
  });
}
