import type { ToolDescriptions } from './tool-descriptions.ts';

export const campaigns: ToolDescriptions = {
  'campaigns/get-all': 'List all campaigns with id, name and status. Not paged: large accounts get a long answer.',
  'campaigns/get-by-id': 'One campaign: status, schedule, tracking and stop settings.',
  'campaigns/get-sequences': 'The mail steps of a campaign: subject, body, delay in days and variants.',
  'campaigns/get-email-accounts': 'Mailboxes a campaign sends from, with connection and warm-up state.',
};
