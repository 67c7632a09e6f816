import type { ToolDescriptions } from './tool-descriptions.ts';

export const inbox: ToolDescriptions = {
  'inbox/get-messages':
    'Replies in the master inbox, newest first, at most 20 a page. Filter by campaign, mailbox, category, time or text.',
  'inbox/get-sent': 'Sent mails in the master inbox, at most 20 a page.',
  'inbox/get-assigned': 'Conversations assigned to me, at most 20 a page.',
  'inbox/get-unread': 'Unread replies, newest first, at most 20 a page.',
  'inbox/get-important': 'Conversations marked important, at most 20 a page.',
  'inbox/get-snoozed': 'Snoozed conversations, at most 20 a page.',
  'inbox/get-scheduled': 'Replies scheduled to be sent later, at most 20 a page.',
  'inbox/get-reminders': 'Conversations with a reminder, at most 20 a page.',
  'inbox/get-archived': 'Archived conversations, at most 20 a page.',
  'inbox/get-views': 'Conversations of a custom inbox view, built from filters, at most 20 a page.',
  'inbox/get-by-id': 'One conversation with its messages, by lead map id.',
  'inbox/get-untracked': 'Received mails that match no known lead. Bodies and attachments only when asked for.',
  'inbox/reply-status': 'Whether a reply that was sent from the inbox went out, by Message-ID.',
};
