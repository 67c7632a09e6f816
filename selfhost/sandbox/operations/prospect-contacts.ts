import { timestamp } from '../fields.ts';
import { type Call, type OperationHandlers, pageOf } from '../operation-handler.ts';
import { Refusal } from '../refusal.ts';
import type { Account } from '../state/account.ts';
import type { Contact, ContactSearch } from '../state/placement.ts';
import { contactCount, contactOf, findContacts } from './contact-index.ts';

/** Most contacts that may be paid for at once. */
const singleFetchLimit = 200;
const dailyFetchLimit = 400;
const rememberedSearches = 200;

/** The prospect host: its own envelope, and failures of credits told with status 200. */
export const prospectContactOperations: OperationHandlers = {
  'smart-prospect/search-contacts': (call) => {
    const { account, body, now } = call;
    const { scroll_id: _scroll, ...filter } = body.all();
    const from = scrollPosition(body.optionalText('scroll_id'));
    const matching = withoutOwned(account, findContacts(filter), body.flag('dontDisplayOwnedContact'));
    const limit = body.number('limit');
    const list = matching.slice(from, from + limit).map((contact) => contactRow(contact, 'hidden'));
    const next =
      from + list.length < matching.length
        ? { scroll_id: Buffer.from(`scroll:${from + list.length}`).toString('base64url') }
        : {};
    const search = rememberSearch(account, filter, describe(filter), false, now);
    return envelope('Contacts searched successfully', { list, ...next, filter_id: search.id, total_count: matching.length });
  },

  'smart-prospect/get-contacts': (call) => {
    const { account, body } = call;
    const filterId = body.optionalNumber('filter_id');
    const ids = body.has('id') ? body.texts('id') : (searchOf(account, filterId ?? 0).fetched ?? []);
    const search = body.optionalText('search')?.toLowerCase();
    const contacts = ids.flatMap((id) => contactOf(id) ?? []);
    const verification = body.optionalText('verification_status');
    const matching = contacts.filter(
      (contact) =>
        (search === undefined || `${contact.firstName} ${contact.lastName} ${contact.company}`.toLowerCase().includes(search)) &&
        (verification === undefined || verification === 'valid') &&
        !body.has('catch_all_status'),
    );
    const { items, limit, offset } = pageOf(matching, body, 50);
    const pagination = {
      filterId: filterId ?? null,
      limit,
      offset,
      total: matching.length,
      hasMore: offset + items.length < matching.length,
    };
    const list = items.map((contact) => contactRow(contact, 'shown'));
    return envelope('Data retrieved successfully', { list, pagination, totalCount: matching.length });
  },

  'smart-prospect/fetch-contacts': (call) => {
    const { account, body, now } = call;
    const search = searchOf(account, body.number('filter_id'));
    const matching = body.has('id') ? body.texts('id').flatMap((id) => contactOf(id) ?? []) : findContacts(search.filter);
    const wanted = body.has('id') ? matching : matching.slice(0, body.number('limit'));
    const unpaid = wanted.filter((contact) => search.fetched?.includes(contact.id) !== true);
    if ((body.optionalNumber('limit') ?? wanted.length) > singleFetchLimit)
      return { success: false, message: `You can fetch at most ${singleFetchLimit} contacts at a time` };
    if (unpaid.length > account.credits.available) return { success: false, message: 'Insufficient credits to fetch contacts' };
    account.credits.available -= unpaid.length;
    search.fetched = [...(search.fetched ?? []), ...unpaid.map((contact) => contact.id)];
    search.updatedAt = now;
    const limit = body.optionalNumber('visual_limit') ?? 10;
    const offset = body.optionalNumber('visual_offset') ?? 0;
    return envelope('Data retrieved successfully', {
      list: wanted.slice(offset, offset + limit).map((contact) => contactRow(contact, 'shown')),
      total_count: wanted.length,
      visual_limit: limit,
      visual_offset: offset,
      metrics: metrics(wanted.length),
    });
  },

  'smart-prospect/find-emails': ({ account, body }) => {
    const people = body.objects('contacts');
    if (people.length > account.credits.available) return { success: false, message: 'Insufficient credits to find emails' };
    const data = people.map((person, index) => {
      const found = index % 4 !== 3;
      const domain = person.text('companyDomain');
      const address = `${person.text('firstName')}.${person.text('lastName')}@${domain}`.toLowerCase().replaceAll(' ', '');
      if (found) account.credits.available -= 1;
      const names = { firstName: person.text('firstName'), lastName: person.text('lastName'), companyDomain: domain };
      return found
        ? { ...names, email_id: address, status: 'Found', verification_status: 'Valid' }
        : { ...names, email_id: '', status: 'Not Found', verification_status: null };
    });
    return envelope('Find emails completed', data);
  },

  'smart-prospect/review-contacts': ({ account, path }) => {
    const search = searchOf(account, path.number('filter_id'));
    const count = search.fetched?.length ?? 0;
    const lists = { catch_all_status_list: ['catch_all_unknown'], verification_status_list: ['valid'] };
    const details = { metrics: metrics(count), leads_found: count, email_fetched: count, ...lists };
    return envelope('Contacts reviewed successfully', { filter_id: search.id, records_updated: count, fetch_details: details });
  },

  'smart-prospect/save-search': ({ account, body, now }) => {
    const { search_string: _name, ...filter } = body.all();
    rememberSearch(account, filter, body.text('search_string'), true, now);
    return { success: true, message: 'Search saved successfully' };
  },

  'smart-prospect/saved-searches': (call) => listSearches(call, 'savedSearches', (search) => search.saved),

  'smart-prospect/recent-searches': (call) => listSearches(call, 'recentSearches', (search) => !search.saved),

  'smart-prospect/fetched-searches': (call) => listSearches(call, 'fetchedLeads', (search) => search.fetched !== null),

  'smart-prospect/update-saved-search': (call) => renameSearch(call, 'Saved search updated successfully'),

  'smart-prospect/update-fetched-lead': (call) => renameSearch(call, 'Fetched lead updated successfully'),

  'smart-prospect/search-analytics': ({ account, query }) => {
    const filterId = query.optionalNumber('filter_id');
    const fetched = [...account.searches.values()].reduce((total, search) => total + (search.fetched?.length ?? 0), 0);
    const change = { previousMonth: 0, percentageChange: 100, percentageChangeText: '+100%', trend: 'increase' };
    const { available, total } = account.credits;
    const found = filterId === undefined ? undefined : searchOf(account, filterId);
    return envelope('Data retrieved successfully', {
      leadsFound: { current: contactCount, ...change, total: contactCount },
      emailsFetched: { current: fetched, ...change, total: fetched },
      availableCredits: { available, total, used: total - available },
      leadsFoundToday: fetched,
      filterData: { leadsFound: found?.fetched?.length ?? 0, emailsFetched: found?.fetched?.length ?? 0 },
      maxDailyFetchLimit: dailyFetchLimit,
      maxSingleFetchLimit: singleFetchLimit,
    });
  },

  'smart-prospect/reply-analytics': () =>
    envelope('Data retrieved successfully', {
      currentMonth: { replied: 15 },
      previousMonth: { replied: 12 },
      percentage_change: '+25%',
      trend: 'increase',
    }),
};

/** The prospect host's envelope. */
export const envelope = (message: string, data: unknown) => ({ success: true, message, data });

function contactRow(contact: Contact, email: 'hidden' | 'shown') {
  const address = `${contact.firstName}.${contact.lastName}@${contact.domain}`.toLowerCase();
  return {
    id: contact.id,
    firstName: contact.firstName,
    lastName: contact.lastName,
    fullName: `${contact.firstName} ${contact.lastName}`,
    title: contact.title,
    company: { name: contact.company, website: contact.domain },
    department: [contact.department],
    level: contact.level,
    industry: contact.industry,
    subIndustry: contact.subIndustry,
    companyHeadCount: contact.headCount,
    companyRevenue: contact.revenue,
    country: contact.country,
    state: contact.state,
    city: contact.city,
    email: email === 'shown' ? address : '',
    linkedin: `social.example.com/in/${contact.id}`,
    emailDeliverability: 0.95,
    address: `${contact.city}, ${contact.country}`,
    ...(email === 'shown' ? { verificationStatus: 'valid', status: 'completed' } : {}),
  };
}

function withoutOwned(account: Account, contacts: Contact[], wanted: boolean): Contact[] {
  if (!wanted) return contacts;
  const owned = new Set([...account.searches.values()].flatMap((search) => search.fetched ?? []));
  return contacts.filter((contact) => !owned.has(contact.id));
}

function scrollPosition(scrollId: string | undefined): number {
  if (scrollId === undefined) return 0;
  const position = /^scroll:(\d{1,6})$/.exec(Buffer.from(scrollId, 'base64url').toString())?.[1];
  if (position === undefined) throw new Refusal(400, { success: false, message: 'Invalid scroll_id' });
  return Number(position);
}

function searchOf(account: Account, id: number): ContactSearch {
  const search = account.searches.get(id);
  if (search === undefined) throw new Refusal(404, { success: false, message: 'Filter not found' });
  return search;
}

/** Keeps the search under a new id; the oldest unsaved one goes when there are too many. */
function rememberSearch(
  account: Account,
  filter: Record<string, unknown>,
  name: string,
  saved: boolean,
  now: number,
): ContactSearch {
  const search: ContactSearch = {
    id: account.nextIdentifier(),
    name,
    filter,
    saved,
    fetched: null,
    createdAt: now,
    updatedAt: now,
  };
  account.searches.set(search.id, search);
  const disposable = [...account.searches.values()].filter((other) => !other.saved && other.fetched === null);
  const [oldest] = disposable;
  if (disposable.length > rememberedSearches && oldest !== undefined) account.searches.delete(oldest.id);
  return search;
}

function describe(filter: Record<string, unknown>): string {
  const words = Object.values(filter).filter(Array.isArray).flat();
  return words.length === 0 ? 'All contacts' : words.slice(0, 5).join(', ').slice(0, 255);
}

function listSearches(call: Call, name: string, belongs: (search: ContactSearch) => boolean) {
  const matching = [...call.account.searches.values()].filter(belongs).reverse();
  const rows = pageOf(matching, call.query, 10).items.map((search) => searchRow(call, search));
  return envelope('Data retrieved successfully', { [name]: rows, totalCount: matching.length });
}

function searchRow({ account }: Call, search: ContactSearch) {
  const count = search.fetched?.length ?? 0;
  return {
    id: search.id,
    user_id: account.userId,
    search_string: search.name,
    filter_details: search.filter,
    is_saved: search.saved,
    is_fetched: search.fetched !== null,
    ...(search.fetched === null ? {} : { fetch_details: { metrics: metrics(count), leads_found: count, email_fetched: count } }),
    created_at: timestamp(search.createdAt),
    updated_at: timestamp(search.updatedAt),
  };
}

function renameSearch(call: Call, message: string) {
  const search = searchOf(call.account, call.path.number('id'));
  search.name = call.body.text('search_string');
  search.updatedAt = call.now;
  return { success: true, message };
}

function metrics(count: number) {
  const none = { noEmailFound: 0, invalidEmails: 0, catchAllEmails: 0 };
  return { totalContacts: count, totalEmails: count, ...none, verifiedEmails: count, completed: count };
}
