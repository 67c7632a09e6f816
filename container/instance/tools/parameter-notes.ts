/**
 * What a parameter's name and type do not say, for every parameter of that name. Left out where the name says enough: each word here
 * is paid for in the context of every conversation.
 */
const notesByName: Record<string, string> = {
  filter_email_or_domain: 'Part of an address or domain',
  filter_email_with_domain: 'Address, matched together with its domain',
  message_id: 'Message-ID header',
  replyTimeBetween: '[from, to]',
  subSequenceId: 'Campaign id of the subsequence',
};

/** What only one place needs, by operation and path: names joined with dots, where elements of lists have none. */
const notesByPlace: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'campaigns/add-leads': { 'lead_list.custom_fields': 'At most 200 keys' },
  'campaigns/all-leads-activities': { event_time_to: 'Needs event_time_from' },
  'campaigns/create-subsequence': { condition_events: 'Undocumented; [] works' },
  'campaigns/get-leads-history-bulk': { lead_ids: 'Lead ids; null for every lead' },
  'campaigns/reply-email-thread': { email_stats_id: 'Of the mail answered: message history' },
  'campaigns/update-schedule': {
    days_of_the_week: '1 = Monday',
    end_hour: 'HH:MM',
    min_time_btw_emails: 'Minutes',
    start_hour: 'HH:MM',
    timezone: 'IANA name',
  },
  'campaigns/update-sequences': {
    'sequences.email_body': 'HTML; or give seq_variants',
    'sequences.id': 'Of a step that stays; null for a new one',
    'sequences.subject': 'Empty: same thread',
  },
  'campaigns/update-settings': { track_settings: 'What NOT to track' },
  'clients/list-api-keys': { keyName: 'Part of the name' },
  'inbox/forward': { to_emails: 'Comma-separated' },
  'inbox/get-by-id': { id: 'Lead map id' },
  'inbox/get-messages': { fetch_message_history: 'Whole threads; slow' },
  'inbox/push-to-subsequence': { sub_sequence_delay_time: 'Seconds' },
  'lead-lists/get-all': { listName: 'Part of the name' },
  'lead-lists/get-by-id': { id: 'Lead list id' },
  'lead-notes/get-all': { id: 'Lead id' },
  'lead-tasks/get-all': { id: 'Lead id' },
  'smart-prospect/cities': { country: 'Names, comma-separated; needs state', state: 'Names, comma-separated' },
  'smart-prospect/get-contacts': { filter_id: 'Saved or recent search; not with id', id: 'Contact ids; not with filter_id' },
  'smart-prospect/search-analytics': { filter_id: 'Saved or recent search' },
  'smart-prospect/states': { country: 'Names, comma-separated' },
  'smart-senders/auto-generate': { domains: 'List as shown, or a map of domain to {count}' },
};

/** The notes of one operation's parameters and nested fields: a function from path to note, for those that need one. */
export function parameterNotes(operationId: string): (path: string) => string | undefined {
  const here = notesByPlace[operationId];
  return (path) => here?.[path] ?? notesByName[path.includes('.') ? path.slice(path.lastIndexOf('.') + 1) : path];
}

/** All operations and names that notes exist for, so that a test can find notes nobody reads. */
export const notedParameters = {
  byName: Object.keys(notesByName),
  byPlace: Object.entries(notesByPlace).flatMap(([id, notes]) => Object.keys(notes).map((path) => ({ id, path }))),
};
