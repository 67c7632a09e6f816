import type { ToolDescriptions } from './tool-descriptions.ts';

export const mailboxes: ToolDescriptions = {
  'email-accounts/get-all': 'List mailboxes with connection state, daily limit and warm-up. Passwords are left out.',
  'email-accounts/get-by-id': 'One mailbox: servers, limits, warm-up settings, and on request its campaigns and tags.',
  'email-accounts/warmup-stats': 'Warm-up of a mailbox in the last 7 days: sent, spam and replies by day.',
  'email-account-tags/get-all': 'Tags of the mailboxes with these addresses.',
};
