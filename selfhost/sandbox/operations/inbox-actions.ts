import { dayMs } from '../calendar.ts';
import { timestamp } from '../fields.ts';
import { mappedMembership, type OperationHandlers } from '../operation-handler.ts';
import { leadMapNotFound, notPossible } from '../refusal.ts';
import { knownCategory, resume } from './campaign-leads.ts';

export const inboxActionOperations: OperationHandlers = {
  'inbox/mark-read': (call) => {
    const membership = mappedMembership(call);
    const read = call.body.flag('read_status');
    membership.unread = !read;
    const data = { email_lead_map_id: membership.mapId, is_read: read, updated_at: timestamp(call.now) };
    return { success: true, message: 'Read status updated', data };
  },

  'inbox/update-category': (call) => {
    const membership = mappedMembership(call);
    membership.categoryId = knownCategory(call, call.body.optionalNumber('category_id') ?? null);
    return { success: true, message: 'Lead category updated successfully' };
  },

  'inbox/update-revenue': (call) => {
    const membership = mappedMembership(call);
    membership.revenue = call.body.number('revenue');
    const data = { email_lead_map_id: membership.mapId, revenue: membership.revenue, updated_at: timestamp(call.now) };
    return { success: true, message: 'Revenue updated successfully', data };
  },

  'inbox/update-team-member': (call) => {
    const membership = mappedMembership(call);
    const teamMemberId = call.body.number('team_member_id');
    if (!call.account.teamMembers.has(teamMemberId)) throw notPossible('Team member not found');
    membership.teamMemberId = teamMemberId;
    const data = { email_lead_map_id: membership.mapId, team_member_id: teamMemberId, assigned_at: timestamp(call.now) };
    return { success: true, message: 'Team member assigned successfully', data };
  },

  'inbox/resume-lead': (call) => {
    const membership = mappedMembership(call);
    const campaign = call.account.campaigns.get(call.body.number('campaign_id'));
    if (campaign === undefined || membership.campaignId !== campaign.id) throw leadMapNotFound();
    resume(membership, campaign.sequence.length);
    const delay = call.body.optionalNumber('resume_delay_days') ?? null;
    const data = {
      campaign_id: campaign.id,
      email_lead_map_id: membership.mapId,
      resume_delay_days: delay,
      will_resume_at: timestamp(call.now + (delay ?? 0) * dayMs),
    };
    return { success: true, message: 'Lead resumed successfully', data };
  },

  'inbox/set-reminder': (call) => {
    const { account, body } = call;
    const membership = mappedMembership(call);
    const statsId = body.text('email_stats_id');
    const known = [...membership.messages, ...membership.thread].some((message) => message.statsId === statsId);
    if (!known) throw notPossible('Email not found - Invalid email_stats_id.');
    const time = body.optionalTime('reminder_time') ?? call.now;
    membership.reminder = { id: account.nextIdentifier(), time, message: body.text('message'), statsId };
    const data = {
      reminder_id: membership.reminder.id,
      email_lead_map_id: membership.mapId,
      reminder_time: timestamp(time),
      message: membership.reminder.message,
    };
    return { success: true, message: 'Reminder set successfully', data };
  },

  'inbox/push-to-subsequence': (call) => {
    const { account, body } = call;
    const membership = mappedMembership(call);
    const child = account.campaigns.get(body.number('sub_sequence_id'));
    const lead = account.leads.get(membership.leadId);
    if (child === undefined || lead === undefined || child.parentCampaignId !== membership.campaignId)
      throw notPossible('Subsequence not found - Invalid sub_sequence_id.');
    if (!child.memberships.has(lead.id)) {
      if (account.membershipsFull) throw notPossible('Lead limit reached.');
      account.join(child, lead, call.now);
    }
    membership.subsequenceId = child.id;
    const data = {
      email_lead_map_id: membership.mapId,
      parent_campaign_id: membership.campaignId,
      sub_sequence_id: child.id,
      will_start_at: timestamp(call.now + (body.optionalNumber('sub_sequence_delay_time') ?? 0) * 1000),
      stop_on_parent_reply: body.flag('stop_lead_on_parent_campaign_reply'),
    };
    return { success: true, message: 'Lead pushed to subsequence successfully', data };
  },
};
