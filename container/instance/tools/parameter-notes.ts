/**
 * What a parameter's name and type do not say, for every parameter of that name. Left out where the name says enough: each word here
 * is paid for in the context of every conversation.
 */
const notesByName: Record<string, string> = {
  created_at_gt: 'Added after',
  dontDisplayOwnedContact: 'Leave out contacts fetched before',
  event_time_from: 'Date or date-time',
  event_time_gt: 'Only rows with an event after this',
  event_time_to: 'Date or date-time; needs event_time_from',
  fetch_message_history: 'Add the whole thread to each row; slow',
  filter_email_or_domain: 'Part of an address or domain',
  filter_email_with_domain: 'Address, matched together with its domain',
  full_data: 'Ask for all fields',
  lead_category_id: 'From leads_categories',
  last_sent_time_gt: 'Last mail sent after',
  message_id: 'Message-ID header',
  private_api_key: 'Second key, rarely needed',
  replyTimeBetween: '[from, to]',
  scroll_id: 'Cursor: data.scroll_id of the page before',
  sent_time_end_date: 'Date or date-time',
  sent_time_start_date: 'Date or date-time',
  subSequenceId: 'Campaign id of the subsequence',
  time_zone: 'IANA time zone',
  timezone: 'IANA time zone',
};

/** Where a name means something else in one operation: `operation id#parameter`. */
const notesByPlace: Record<string, string> = {
  'campaigns/get-leads-history-bulk#lead_ids': 'Lead ids; null for every lead',
  'clients/list-api-keys#keyName': 'Part of the name',
  'inbox/get-by-id#id': 'Lead map id (campaign_lead_map_id)',
  'lead-lists/get-all#listName': 'Part of the name',
  'lead-lists/get-by-id#id': 'Lead list id',
  'lead-notes/get-all#id': 'Lead id',
  'lead-tasks/get-all#id': 'Lead id',
  'smart-prospect/cities#country': 'Names, comma-separated; needs state',
  'smart-prospect/cities#state': 'Names, comma-separated',
  'smart-prospect/get-contacts#filter_id': 'Saved or recent search; not with id',
  'smart-prospect/get-contacts#id': 'Contact ids; not with filter_id',
  'smart-prospect/search-analytics#filter_id': 'Saved or recent search',
  'smart-prospect/states#country': 'Names, comma-separated',
  'smart-senders/auto-generate#domains': 'List as shown, or a map of domain to {count}',
};

/** The note of a parameter or nested field of an operation, if it needs one. */
export function parameterNote(operationId: string, name: string): string | undefined {
  return notesByPlace[`${operationId}#${name}`] ?? notesByName[name];
}

/** All operations and names that notes exist for, so that a test can find notes nobody reads. */
export const notedParameters = { byName: Object.keys(notesByName), byPlace: Object.keys(notesByPlace) };
