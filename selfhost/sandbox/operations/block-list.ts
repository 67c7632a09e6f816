import { timestamp } from '../fields.ts';
import { type Call, type OperationHandlers, pageOf } from '../operation-handler.ts';
import { notPossible, Refusal } from '../refusal.ts';

export const blockListOperations: OperationHandlers = {
  'utilities/get-block-list': ({ account, query }) => {
    const clientId = query.optionalNumber('filter_client_id');
    const text = query.optionalText('filter_email_or_domain')?.toLowerCase();
    const address = query.optionalText('filter_email_with_domain')?.toLowerCase();
    const domain = address?.slice(address.indexOf('@') + 1);
    const matching = [...account.blockList.values()].filter(
      ({ entry, clientId: owner }) =>
        (clientId === undefined || owner === clientId) &&
        (text === undefined || entry.includes(text)) &&
        (address === undefined || entry === address || entry === domain),
    );
    return pageOf(matching, query).items.map((entry) => ({
      id: entry.id,
      email_or_domain: entry.entry,
      created_at: timestamp(entry.createdAt),
      source: entry.source,
      client_id: entry.clientId,
    }));
  },

  'utilities/add-to-block-list': (call) => {
    const entries = call.body.texts('domain_block_list');
    const clientId = call.body.optionalNumber('client_id') ?? null;
    if (clientId !== null && !call.account.clients.has(clientId)) throw notPossible('Client not found - Invalid client_id.');
    block(call, entries, 'manual', clientId);
    return { success: true, message: `${entries.length} entries added to block list` };
  },

  'utilities/remove-from-block-list': ({ account, query }) => {
    if (!account.blockList.delete(query.number('id'))) throw new Refusal(404, { success: false, message: 'Entry not found' });
    return { success: true, message: 'Entry deleted successfully' };
  },

  'inbox/block-domains': (call) => {
    const domains = call.body.texts('domains');
    const source = call.body.optionalText('source') ?? 'manual';
    block(call, domains, source, null);
    const data = { blocked_domains: domains, source, blocked_at: timestamp(call.now) };
    return { success: true, message: 'Domains blocked successfully', data };
  },
};

/** Adds what is not blocked yet. */
function block({ account, now }: Call, entries: readonly string[], source: string, clientId: number | null): void {
  const known = new Set([...account.blockList.values()].map((entry) => entry.entry));
  for (const text of entries) {
    const entry = text.trim().toLowerCase();
    if (known.has(entry)) continue;
    known.add(entry);
    const id = account.nextIdentifier();
    account.blockList.set(id, { id, entry, source, clientId, createdAt: now });
  }
}
