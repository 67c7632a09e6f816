import { dayMs } from '../calendar.ts';
import { isRecord, timestamp } from '../fields.ts';
import type { OperationHandlers } from '../operation-handler.ts';
import { PseudoRandom } from '../pseudo-random.ts';
import { Refusal } from '../refusal.ts';
import { firstNames, lastNames } from '../seed/people.ts';

const vendors = [
  { id: 1, name: 'Sandbox Domains' },
  { id: 2, name: 'Example Registrar' },
] as const;

/** The mailbox shop. Nothing is bought: an order is only kept. */
export const senderOperations: OperationHandlers = {
  'smart-senders/get-vendors': () => ({ ok: true, data: vendors }),

  'smart-senders/search-domain': ({ query }) => {
    const wanted = (query.optionalText('domain_name') ?? 'example').toLowerCase().replace(/[^a-z0-9-]|\.[a-z.]*$/g, '');
    const data = ['get', 'try', 'use'].map((word, index) => ({
      domain_name: `${word}-${wanted || 'example'}.test`,
      price: 9 + index,
      available: true,
    }));
    return { ok: true, data };
  },

  // Proposes addresses, buys nothing. Takes a map of domain to {count} or a list with people.
  'smart-senders/auto-generate': ({ body }) => {
    const domains = body.raw('domains');
    const data = isRecord(domains)
      ? Object.entries(domains).map(([domain, wish]) => ({
          domain_name: domain,
          mailboxes: propose(domain, isRecord(wish) ? Number(wish.count) : 1),
        }))
      : body.objects('domains').map((domain) => ({
          domain_name: domain.text('domain_name'),
          mailboxes: domain
            .objects('mailbox_details')
            .map((person) =>
              `${person.text('first_name')}.${person.text('last_name')}@${domain.text('domain_name')}`.toLowerCase(),
            ),
        }));
    return { ok: true, data };
  },

  'smart-senders/place-order': ({ account, body, now }) => {
    const order = {
      id: `ORD_${account.random.integer(10_000, 99_999)}${account.orders.size}`,
      vendorId: body.number('vendor_id'),
      domains: body.objects('domains').map((domain) => ({
        name: domain.text('domain_name'),
        mailboxes: domain.objects('mailbox_details').map((mailbox) => mailbox.text('mailbox')),
      })),
      createdAt: now,
    };
    account.orders.set(order.id, order);
    return { ok: true, data: [{ order_id: order.id, status: 'pending' }] };
  },

  'smart-senders/domain-list': ({ account }) => {
    const data = [...account.orders.values()].flatMap((order) =>
      order.domains.map((domain) => ({
        domain_name: domain.name,
        vendor_id: order.vendorId,
        status: 'active',
        mailbox_count: domain.mailboxes.length,
      })),
    );
    return { ok: true, data };
  },

  'smart-senders/order-details': ({ account, query }) => {
    const order = account.orders.get(query.text('order_id'));
    if (order === undefined) throw new Refusal(404, { ok: false, message: 'Order not found' });
    const mailboxes = order.domains.flatMap((domain) => domain.mailboxes);
    return {
      ok: true,
      data: {
        order_id: order.id,
        status: 'completed',
        domain: order.domains[0]?.name ?? '',
        email_accounts: mailboxes.map((email) => ({ email, password: `sandbox-order-password-${email}` })),
        created_at: timestamp(order.createdAt),
        expires_at: timestamp(order.createdAt + 365 * dayMs),
      },
    };
  },

  'smart-senders/get-otp': ({ account, query, now }) => {
    const random = new PseudoRandom(`${account.userId} ${query.text('email_account')} ${Math.floor(now / 300_000)}`);
    return { ok: true, data: { otp: String(random.integer(100_000, 999_999)), expires_in: 300 } };
  },
};

function propose(domain: string, count: number): string[] {
  const random = new PseudoRandom(domain);
  const wanted = Number.isInteger(count) ? Math.min(Math.max(count, 0), 50) : 1;
  return Array.from({ length: wanted }, () => `${random.pick(firstNames)}.${random.pick(lastNames)}@${domain}`.toLowerCase());
}
