import type { ToolDescriptions } from './description-texts.ts';

export const campaigns: ToolDescriptions = {
  'campaigns/get-all': 'All campaigns: id, name, status, settings. Not paged: pick columns with fields.',
  'campaigns/get-by-id': 'One campaign: status, schedule, tracking and stop settings.',
  'campaigns/create': 'Create an empty draft campaign.',
  'campaigns/update-status':
    'START sends mail to its leads (needs sequences, schedule and mailboxes); PAUSED can be started again; STOPPED is final.',
  'campaigns/update-settings': 'Set name, tracking, stop rule, unsubscribe text and sending options.',
  'campaigns/update-schedule': 'Set sending days, hours, minutes between mails and new leads a day.',
  'campaigns/duplicate': 'Copy a campaign as a draft, without leads.',
  'campaigns/delete': 'Delete a campaign with its leads and statistics for good. Stop it first.',
  'campaigns/get-sequences': 'Mail steps of a campaign: subject, body, delay, variants.',
  'campaigns/update-sequences': 'Replace ALL mail steps: what is not sent along is deleted. Refused while active.',
  'campaigns/get-email-accounts': 'Mailboxes a campaign sends from.',
  'campaigns/add-email-accounts': 'Let mailboxes send for a campaign.',
  'campaigns/remove-email-accounts': 'Take mailboxes out of a campaign; they are not deleted.',
  'campaigns/create-subsequence': 'Create a follow-up campaign that takes over leads of a parent campaign.',
  'campaigns/send-test-email': 'Send one step, filled with a lead, to customEmailAddress; without it to the LEAD.',
  'campaigns/update-team-member': 'Make a team member responsible for a campaign.',
};
