import { count, lengthOf } from './counting.ts';
import type { Previews } from './preview.ts';

/** What the operations will do that cost credits or money. Smartlead publishes no price of a contact, so the contacts are counted. */
export const spendingPreviews: Previews = {
  'smart-prospect/fetch-contacts': ({ filter_id, id, limit }) => {
    const contacts = Array.isArray(id) ? id.length : Number(limit);
    return { summary: `spend credits for up to ${count(contacts, 'contact')} of search ${String(filter_id)}` };
  },

  'smart-prospect/find-emails': ({ contacts }) => ({
    summary: `spend credits to find the addresses of ${count(lengthOf(contacts), 'contact')}`,
  }),

  'smart-senders/place-order': ({ vendor_id, domains }) => {
    const orders: unknown[] = Array.isArray(domains) ? domains : [];
    const mailboxes = orders.reduce<number>(
      (sum, order) => sum + lengthOf((order as Record<string, unknown>).mailbox_details),
      0,
    );
    return {
      summary:
        `order ${count(orders.length, 'domain')} with ${count(mailboxes, 'mailbox', 'mailboxes')} ` +
        `from vendor ${String(vendor_id)} for money (price unknown)`,
    };
  },
};
