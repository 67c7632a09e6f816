import type { ToolDescriptions } from './description-texts.ts';

export const mailboxes: ToolDescriptions = {
  'email-accounts/get-all': 'Mailboxes with connection state, daily limit and warm-up.',
  'email-accounts/get-by-id': 'One mailbox: servers, limits, warm-up.',
  'email-accounts/add-smtp': 'Connect a mailbox by SMTP and IMAP, or change one (id). Takes its passwords.',
  'email-accounts/add-oauth': 'Connect a Gmail or Outlook mailbox with an OAuth token, or change one (id).',
  'email-accounts/update': 'Set daily limit, signature, tracking domain; suspend or let send again.',
  'email-accounts/delete': 'Delete a mailbox for good; its campaigns lose a sender.',
  'email-accounts/warmup-settings': 'Start, change or stop warm-up, which sends mail.',
  'email-accounts/warmup-stats': 'Warm-up of a mailbox in the last 7 days.',
  'email-accounts/suspend': 'Stop a mailbox sending.',
  'email-accounts/unsuspend': 'Let a suspended mailbox send again.',
  'email-account-tags/create-new': 'Create a tag.',
  'email-account-tags/update': 'Rename or recolour a tag.',
  'email-account-tags/get-all': 'Tags of mailboxes, by their addresses.',
  'email-account-tags/assign': 'Tag mailboxes.',
  'email-account-tags/remove': 'Take tags off mailboxes.',
};
