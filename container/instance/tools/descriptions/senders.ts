import type { ToolDescriptions } from './tool-descriptions.ts';

export const senders: ToolDescriptions = {
  'smart-senders/get-otp': 'Current one-time sign-in code of a bought mailbox. Valid for minutes: hand it to the user alone.',
  'smart-senders/auto-generate': 'Propose mailbox addresses for domains. Buys nothing.',
  'smart-senders/search-domain': 'Free domains like a name, with prices. Needs domain_name and vendor_id.',
  'smart-senders/get-vendors': 'Vendors of domains and mailboxes, with their ids.',
  'smart-senders/domain-list': 'Domains bought here, with their mailboxes.',
  'smart-senders/order-details': 'State of an order and the mailboxes in it. Passwords are left out.',
};
