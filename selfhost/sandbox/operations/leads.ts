import { lastActivity } from '../event-counts.ts';
import { timestamp } from '../fields.ts';
import { type Call, leadOf, mappedMembership, type OperationHandlers } from '../operation-handler.ts';
import { leadMapNotFound, leadNotFound, notPossible } from '../refusal.ts';
import type { Account } from '../state/account.ts';
import type { Membership } from '../state/campaign.ts';
import { leadCampaignRow, leadColumns } from './lead-rows.ts';

export const leadOperations: OperationHandlers = {
  'leads/get-by-email': ({ account, query }) => {
    const lead = account.leadByEmail(query.text('email'));
    if (lead === undefined) return {};
    const campaigns = membershipsOf(account, lead.id).map((membership) => leadCampaignRow(account, membership));
    return { ...leadColumns(lead), created_at: timestamp(lead.createdAt), lead_campaign_data: campaigns };
  },

  'leads/unsubscribe': (call) => {
    const lead = leadOf(call);
    if (lead.unsubscribed) return { ok: false };
    lead.unsubscribed = true;
    for (const membership of membershipsOf(call.account, lead.id)) {
      membership.unsubscribed = true;
      membership.status = 'STOPPED';
      const last = membership.messages.at(-1);
      if (last !== undefined) last.unsubscribedAt ??= call.now;
    }
    return { ok: true };
  },

  'leads/categories': ({ account }) =>
    [...account.categories.values()].map((category) => ({
      id: category.id,
      name: category.name,
      sentiment_type: category.sentiment,
      created_at: timestamp(category.createdAt),
    })),

  'lead-notes/create': (call) => {
    const membership = mappedMembership(call);
    const note = {
      id: call.account.nextIdentifier(),
      mapId: membership.mapId,
      leadId: membership.leadId,
      message: call.body.text('note_message'),
      createdAt: call.now,
    };
    call.account.notes.set(note.id, note);
    const row = { id: note.id, email_lead_map_id: note.mapId, note_message: note.message, created_at: timestamp(note.createdAt) };
    return { ok: true, data: row };
  },

  'lead-notes/get-all': (call) => {
    const leadId = existingLead(call, call.path.number('id'));
    const notes = [...call.account.notes.values()].filter((note) => note.leadId === leadId);
    const data = notes.map((note) => ({
      id: note.id,
      lead_id: leadId,
      note_message: note.message,
      created_by: 'Sandbox User',
      created_at: timestamp(note.createdAt),
    }));
    return { ok: true, data };
  },

  'lead-tasks/create': (call) => {
    const { body } = call;
    const membership = mappedMembership(call);
    const task = {
      id: call.account.nextIdentifier(),
      mapId: membership.mapId,
      leadId: membership.leadId,
      name: body.text('name'),
      description: body.optionalText('description') ?? '',
      priority: body.optionalText('priority') ?? 'MEDIUM',
      dueDate: body.optionalText('due_date') ?? null,
      createdAt: call.now,
    };
    call.account.tasks.set(task.id, task);
    return { ok: true, data: { email_lead_map_id: task.mapId, ...taskColumns(task) } };
  },

  'lead-tasks/get-all': (call) => {
    const leadId = existingLead(call, call.path.number('id'));
    const tasks = [...call.account.tasks.values()].filter((task) => task.leadId === leadId);
    return { ok: true, data: tasks.map((task) => ({ lead_id: leadId, ...taskColumns(task), status: 'pending' })) };
  },

  'lead-tags/get-all': ({ account, query }) => {
    const leadId = query.optionalNumber('leadId');
    if (leadId === undefined) return { ok: true, data: [...account.tags.values()] };
    const data = [...account.leadTags.values()].flatMap((mapping) => {
      const tag = mapping.leadId === leadId ? account.tags.get(mapping.tagId) : undefined;
      return tag === undefined ? [] : [{ ...tag, tag_mapping_id: mapping.id }];
    });
    return { ok: true, data };
  },

  'lead-tags/add-to-lead': (call) => {
    const { account, body } = call;
    const leadId = existingLead(call, body.number('leadId'));
    const tagIds = body.numbers('tagIds');
    if (tagIds.some((tagId) => !account.tags.has(tagId))) throw notPossible('Tag not found');
    for (const tagId of new Set(tagIds)) {
      if ([...account.leadTags.values()].some((mapping) => mapping.leadId === leadId && mapping.tagId === tagId)) continue;
      const id = account.nextIdentifier();
      account.leadTags.set(id, { id, leadId, tagId });
    }
    return { ok: true, message: 'Tags added to lead successfully' };
  },

  'lead-tags/remove-from-lead': ({ account, path }) => {
    if (!account.leadTags.delete(path.number('tagMappingId'))) throw notPossible('Tag mapping not found');
    return { ok: true, message: 'Tag removed from lead successfully' };
  },

  'extra/campaigns-by-lead': (call) => {
    const lead = leadOf(call);
    return membershipsOf(call.account, lead.id).flatMap((membership) => {
      const campaign = call.account.campaigns.get(membership.campaignId);
      return campaign === undefined ? [] : [{ id: campaign.id, name: campaign.name, status: campaign.status }];
    });
  },

  'extra/leads-campaign-overview': (call) => {
    const lead = leadOf(call);
    const data = membershipsOf(call.account, lead.id).map((membership) => leadCampaignRow(call.account, membership));
    return { ok: true, data };
  },

  'extra/leads-sequence-details': ({ account, path }) => {
    const membership = account.membership(path.number('lead_map_id'));
    const campaign = membership === undefined ? undefined : account.campaigns.get(membership.campaignId);
    if (membership === undefined || campaign === undefined) throw leadMapNotFound();
    const sentSteps = new Map(membership.messages.map((message) => [message.sequenceNumber, message]));
    const data = campaign.sequence.map((step) => ({
      seq_number: step.number,
      subject: step.subject,
      sent_time: timestamp(sentSteps.get(step.number)?.sentAt ?? null),
      open_count: sentSteps.get(step.number)?.openCount ?? 0,
      click_count: sentSteps.get(step.number)?.clickCount ?? 0,
    }));
    return { ok: true, data };
  },

  'extra/leads-list-all': ({ account, query }) => {
    const after = query.optionalNumber('lastSeenLeadId') ?? 0;
    const email = query.optionalText('leadEmail')?.toLowerCase();
    const list = query.has('listId') ? (account.lists.get(query.number('listId'))?.leadIds ?? new Set()) : undefined;
    const accepts = (membership: Membership) =>
      (!query.has('campaignId') || membership.campaignId === query.number('campaignId')) &&
      (!query.has('status') || membership.status === query.text('status')) &&
      (!query.has('clientId') || account.campaigns.get(membership.campaignId)?.clientId === query.number('clientId'));
    const narrowed = query.has('campaignId') || query.has('status') || query.has('clientId');
    const leads = [];
    for (const lead of account.leads.values()) {
      if (leads.length >= (query.optionalNumber('limit') ?? 100)) break;
      if (lead.id <= after || (email !== undefined && lead.email.toLowerCase() !== email) || list?.has(lead.id) === false)
        continue;
      const memberships = membershipsOf(account, lead.id);
      if (narrowed && !memberships.some(accepts)) continue;
      const active = memberships.map(lastActivity).filter((time) => time !== null);
      leads.push({
        ...leadColumns(lead),
        created_at: timestamp(lead.createdAt),
        campaign_count: memberships.length,
        last_activity_at: timestamp(active.length === 0 ? null : Math.max(...active)),
      });
    }
    return { ok: true, data: { leads } };
  },
};

export function membershipsOf(account: Account, leadId: number): Membership[] {
  const found: Membership[] = [];
  for (const campaign of account.campaigns.values()) {
    const membership = campaign.memberships.get(leadId);
    if (membership !== undefined) found.push(membership);
  }
  return found;
}

function existingLead(call: Call, leadId: number): number {
  if (!call.account.leads.has(leadId)) throw leadNotFound();
  return leadId;
}

function taskColumns(task: {
  id: number;
  name: string;
  description: string;
  priority: string;
  dueDate: string | null;
  createdAt: number;
}) {
  return {
    id: task.id,
    name: task.name,
    description: task.description,
    priority: task.priority,
    due_date: task.dueDate,
    created_at: timestamp(task.createdAt),
  };
}
