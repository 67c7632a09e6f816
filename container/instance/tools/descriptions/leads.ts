import type { ToolDescriptions } from './tool-descriptions.ts';

export const leads: ToolDescriptions = {
  'campaigns/get-leads':
    'Leads of a campaign, filtered by progress, category or mail event. Rows have lead.id and campaign_lead_map_id: two different ids.',
  'campaigns/get-lead-by-id': 'One lead by lead id (not the lead map id).',
  'campaigns/get-lead-history': 'All mails sent to a lead in a campaign and their replies, oldest first.',
  'campaigns/get-leads-history-bulk': 'Mails and replies of many leads of a campaign at once, by lead id.',
  'campaigns/all-leads-activities':
    'Sends, opens, clicks and replies over all campaigns, paged. For one campaign use campaigns_statistics.',
  'campaigns/export-leads': 'All leads of a campaign as CSV text with 22 columns. Large; prefer campaigns_get_leads for a few.',
  'leads/get-by-email': 'Find a lead by e-mail address, with the campaigns it is in.',
  'leads/categories': 'Reply categories (Interested, Out of Office ...) with id and sentiment.',
  'lead-notes/get-all': 'Notes on a lead.',
  'lead-tasks/get-all': 'Tasks on a lead, with priority and due date.',
  'lead-tags/get-all': 'Tags of one lead, or all lead tags when no leadId is given.',
  'lead-lists/get-all': 'Lead lists with their lead counts; filter by name or tag.',
  'lead-lists/get-by-id': 'One lead list with its lead counts.',
  'utilities/get-block-list': 'Blocked addresses and domains that never get mail, and why.',
};
