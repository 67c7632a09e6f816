import type { Toolset } from '../../../core/tool-selection.ts';

const toolsetOfGroup: Record<string, Toolset> = {
  analytics: 'analytics',
  'campaign-statistics': 'analytics',
  campaigns: 'campaigns',
  clients: 'agency',
  'email-account-tags': 'mailboxes',
  'email-accounts': 'mailboxes',
  inbox: 'inbox',
  'lead-lists': 'leads',
  'lead-notes': 'leads',
  'lead-tags': 'leads',
  'lead-tasks': 'leads',
  leads: 'leads',
  'smart-delivery': 'deliverability',
  'smart-prospect': 'prospecting',
  'smart-senders': 'senders',
  utilities: 'leads',
  webhooks: 'webhooks',
};

/** Operations whose place in the API's reference is not where a user looks for them. */
const toolsetOfOperation: Record<string, Toolset> = {
  'campaigns/add-leads': 'leads',
  'campaigns/all-leads-activities': 'leads',
  'campaigns/delete-lead': 'leads',
  'campaigns/delete-webhook': 'webhooks',
  'campaigns/export-leads': 'leads',
  'campaigns/get-analytics': 'analytics',
  'campaigns/get-analytics-by-date': 'analytics',
  'campaigns/get-lead-by-id': 'leads',
  'campaigns/get-lead-history': 'leads',
  'campaigns/get-leads': 'leads',
  'campaigns/get-leads-history-bulk': 'leads',
  'campaigns/get-top-level-analytics': 'analytics',
  'campaigns/get-webhook-summary': 'webhooks',
  'campaigns/get-webhooks': 'webhooks',
  'campaigns/mark-lead-complete': 'leads',
  'campaigns/pause-lead': 'leads',
  'campaigns/reply-email-thread': 'inbox',
  'campaigns/resume-lead': 'leads',
  'campaigns/retrigger-webhooks': 'webhooks',
  'campaigns/save-webhooks': 'webhooks',
  'campaigns/statistics': 'analytics',
  'campaigns/unsubscribe-lead': 'leads',
  'campaigns/update-lead': 'leads',
  'campaigns/update-lead-category': 'leads',
  'campaigns/update-lead-email-account': 'leads',
  'utilities/send-single-email': 'inbox',
};

/**
 * The one toolset an operation belongs to.
 * @throws Error for an operation of a group nobody has placed yet.
 */
export function toolsetOf(operationId: string): Toolset {
  const toolset = toolsetOfOperation[operationId] ?? toolsetOfGroup[operationId.split('/', 1)[0] ?? ''];
  if (toolset === undefined) throw new Error(`no toolset for ${operationId}`);
  return toolset;
}
