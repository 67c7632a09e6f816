import type { ToolDescriptions } from './description-texts.ts';

export const senders: ToolDescriptions = {
  'smart-senders/get-otp': 'One-time sign-in code of a bought mailbox: a secret, for the user alone.',
  'smart-senders/auto-generate': 'Propose mailbox addresses for domains. Buys nothing.',
  'smart-senders/search-domain': 'Free domains with prices.',
  'smart-senders/get-vendors': 'Vendors of domains and mailboxes.',
  'smart-senders/place-order': 'SPENDS MONEY: buy domains and mailboxes. Cannot be undone.',
  'smart-senders/domain-list': 'Bought domains with their mailboxes.',
  'smart-senders/order-details': 'State and mailboxes of an order.',
};
