import { timestamp } from '../fields.ts';
import { campaignOf, type OperationHandlers } from '../operation-handler.ts';
import { campaignNotFound, notPossible, Refusal } from '../refusal.ts';
import type { Account } from '../state/account.ts';
import { type Campaign, newCampaign, stopLeadSettingsRead, trackSettingsRead } from '../state/campaign.ts';

export const campaignOperations: OperationHandlers = {
  'campaigns/get-all': ({ account, query }) => {
    const clientId = query.optionalNumber('client_id');
    return [...account.campaigns.values()]
      .filter((campaign) => clientId === undefined || campaign.clientId === clientId)
      .reverse()
      .map((campaign) => campaignRow(account, campaign, query.flag('include_tags')));
  },

  // The service answers an unknown campaign with an empty object rather than with 404.
  'campaigns/get-by-id': ({ account, path, query }) => {
    const campaign = account.campaigns.get(path.number('campaign_id'));
    return campaign === undefined ? {} : campaignRow(account, campaign, query.flag('include_tags'));
  },

  'campaigns/create': ({ account, body, now }) => {
    const clientId = body.optionalNumber('client_id');
    if (clientId !== undefined && !account.clients.has(clientId)) throw notPossible('Client not found - Invalid client_id.');
    const name = body.optionalText('name') ?? 'Untitled Campaign';
    const campaign = newCampaign({ id: account.nextIdentifier('campaign'), name, createdAt: now, clientId });
    account.campaigns.set(campaign.id, campaign);
    return { ok: true, id: campaign.id, name, created_at: timestamp(now) };
  },

  'campaigns/update-status': (call) => {
    const campaign = campaignOf(call);
    const wanted = call.body.text('status');
    if (campaign.status === 'STOPPED' && wanted !== 'STOPPED')
      throw notPossible('Campaign is stopped and cannot be changed any more.');
    if (wanted === 'START') checkReadyToStart(campaign);
    campaign.status = wanted === 'START' ? 'ACTIVE' : wanted === 'PAUSED' ? 'PAUSED' : 'STOPPED';
    campaign.updatedAt = call.now;
    if (campaign.status === 'STOPPED') stopOpenLeads(campaign);
    return { ok: true };
  },

  'campaigns/update-settings': (call) => {
    const campaign = campaignOf(call);
    const { body } = call;
    if (body.has('client_id')) {
      const clientId = body.optionalNumber('client_id') ?? null;
      if (clientId !== null && !call.account.clients.has(clientId)) throw notPossible('Client not found - Invalid client_id.');
      campaign.clientId = clientId;
    }
    campaign.name = body.optionalText('name') ?? campaign.name;
    if (body.has('track_settings'))
      campaign.trackSettings = body.texts('track_settings').map((word) => trackSettingsRead[word] ?? word);
    const stop = body.optionalText('stop_lead_settings');
    if (stop !== undefined) campaign.stopLeadSettings = stopLeadSettingsRead[stop] ?? stop;
    campaign.unsubscribeText = body.optionalText('unsubscribe_text') ?? campaign.unsubscribeText;
    campaign.sendAsPlainText = body.optionalFlag('send_as_plain_text') ?? campaign.sendAsPlainText;
    campaign.followUpPercentage = body.optionalNumber('follow_up_percentage') ?? campaign.followUpPercentage;
    campaign.espMatching = body.optionalFlag('enable_ai_esp_matching') ?? campaign.espMatching;
    campaign.updatedAt = call.now;
    return { ok: true };
  },

  'campaigns/update-schedule': (call) => {
    const campaign = campaignOf(call);
    const { body } = call;
    campaign.schedule = {
      timezone: body.text('timezone'),
      days: body.numbers('days_of_the_week'),
      startHour: body.text('start_hour'),
      endHour: body.text('end_hour'),
    };
    campaign.minutesBetweenEmails = body.number('min_time_btw_emails');
    campaign.newLeadsPerDay = body.number('max_new_leads_per_day');
    if (body.has('schedule_start_time')) campaign.scheduleStartTime = body.optionalText('schedule_start_time') ?? null;
    campaign.updatedAt = call.now;
    return { ok: true };
  },

  'campaigns/duplicate': (call) => {
    const { account, now, body } = call;
    const original = campaignOf(call);
    const copy = copyCampaign(account, original, now, body.flag('duplicate_client_label'));
    if (body.flag('duplicate_sub_sequence')) {
      for (const child of [...account.campaigns.values()].filter((candidate) => candidate.parentCampaignId === original.id)) {
        copyCampaign(account, child, now, body.flag('duplicate_client_label')).parentCampaignId = copy.id;
      }
    }
    return { ok: true, newCampaignId: copy.id };
  },

  'campaigns/delete': (call) => {
    const campaign = campaignOf(call);
    if (campaign.status === 'ACTIVE') {
      const error = { code: 'CAMPAIGN_ACTIVE', message: 'Cannot delete active campaign. Please stop it first.' };
      throw new Refusal(400, { success: false, error });
    }
    call.account.deleteCampaign(campaign);
    return { ok: true };
  },

  'campaigns/create-subsequence': ({ account, body, now }) => {
    const parent = account.campaigns.get(body.number('parent_campaign_id'));
    if (parent === undefined) throw campaignNotFound();
    const name = body.optionalText('subsequence_name') ?? `${parent.name} - subsequence`;
    const child = newCampaign({
      id: account.nextIdentifier('campaign'),
      name,
      createdAt: now,
      clientId: parent.clientId ?? undefined,
    });
    child.parentCampaignId = parent.id;
    child.schedule = parent.schedule;
    child.mailboxIds = new Set(parent.mailboxIds);
    account.campaigns.set(child.id, child);
    return { success: true, subsequence_id: child.id };
  },

  'campaigns/update-team-member': (call) => {
    const campaign = campaignOf(call);
    const teamMemberId = call.body.optionalNumber('teamMemberId') ?? null;
    if (teamMemberId !== null && !call.account.teamMembers.has(teamMemberId)) throw notPossible('Team member not found');
    campaign.teamMemberId = teamMemberId;
    return { success: true, message: 'Team member updated' };
  },
};

/** A campaign as the service lists it. */
export function campaignRow(account: Account, campaign: Campaign, withTags: boolean) {
  const { schedule } = campaign;
  return {
    id: campaign.id,
    user_id: account.userId,
    created_at: timestamp(campaign.createdAt),
    updated_at: timestamp(campaign.updatedAt),
    status: campaign.status,
    name: campaign.name,
    track_settings: campaign.trackSettings,
    scheduler_cron_value:
      schedule === null
        ? null
        : { tz: schedule.timezone, days: schedule.days, startHour: schedule.startHour, endHour: schedule.endHour },
    min_time_btwn_emails: campaign.minutesBetweenEmails,
    max_leads_per_day: campaign.newLeadsPerDay,
    stop_lead_settings: campaign.stopLeadSettings,
    schedule_start_time: campaign.scheduleStartTime,
    enable_ai_esp_matching: campaign.espMatching,
    send_as_plain_text: campaign.sendAsPlainText,
    follow_up_percentage: campaign.followUpPercentage,
    unsubscribe_text: campaign.unsubscribeText,
    parent_campaign_id: campaign.parentCampaignId,
    client_id: campaign.clientId,
    ...(withTags ? { tags: campaign.tagIds.flatMap((tagId) => tagColumns(account, tagId)) } : {}),
  };
}

function tagColumns(account: Account, tagId: number) {
  const tag = account.tags.get(tagId);
  return tag === undefined ? [] : [{ tag_id: tag.id, tag_name: tag.name, tag_color: tag.color }];
}

function checkReadyToStart(campaign: Campaign): void {
  if (campaign.sequence.length === 0) throw notPossible('Campaign cannot be started: add at least one sequence first.');
  if (campaign.mailboxIds.size === 0) throw notPossible('Campaign cannot be started: add at least one email account first.');
  if (campaign.schedule === null) throw notPossible('Campaign cannot be started: set a schedule first.');
}

function stopOpenLeads(campaign: Campaign): void {
  for (const membership of campaign.memberships.values()) {
    if (['STARTED', 'INPROGRESS', 'PAUSED'].includes(membership.status)) membership.status = 'STOPPED';
  }
}

/** A draft with the original's settings, steps and senders, but without its leads. */
function copyCampaign(account: Account, original: Campaign, now: number, keepClient: boolean): Campaign {
  const copy: Campaign = {
    ...original,
    id: account.nextIdentifier('campaign'),
    name: `${original.name} - copy`,
    status: 'DRAFTED',
    createdAt: now,
    updatedAt: now,
    clientId: keepClient ? original.clientId : null,
    mailboxIds: new Set(original.mailboxIds),
    memberships: new Map(),
    sequence: original.sequence.map((step) => ({
      ...step,
      id: account.nextIdentifier(),
      variants: step.variants.map((variant) => ({ ...variant, id: account.nextIdentifier() })),
      createdAt: now,
      updatedAt: now,
    })),
  };
  account.campaigns.set(copy.id, copy);
  return copy;
}
