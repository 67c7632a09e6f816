import { isJsonObject } from '../json/json-object.ts';
import { FieldPlaces } from './field-places.ts';

/** Text of mail, ours or theirs: threads hold both under one name, and what we sent holds the lead's fields. */
const mailFields = [
  'attachments',
  'body',
  'email_body',
  'email_message',
  'email_subject',
  'html',
  'preview_text',
  'reply_body',
  'reply_email_body',
  'reply_message',
  'subject',
  'text',
  'text_body',
];

/** What leads, their companies or whoever collected them wrote about them. Addresses and numbers hold no sentences. */
const leadFields = [
  'address',
  'city',
  'company',
  'companyName',
  'company_name',
  'company_url',
  'custom_fields',
  'customFields',
  'firstName',
  'first_name',
  'from_name',
  'fullName',
  'lastName',
  'last_name',
  'lead_first_name',
  'lead_last_name',
  'lead_name',
  'linkedin',
  'linkedin_profile',
  'location',
  'sender_name',
  'title',
  'to_name',
  'website',
];

const leadText: ReadonlySet<string> = new Set(leadFields);
const mailAndLeadText: ReadonlySet<string> = new Set([...mailFields, ...leadFields]);

const correspondenceOperations: ReadonlySet<string> = new Set([
  'campaigns/all-leads-activities',
  'campaigns/get-lead-history',
  'campaigns/get-leads-history-bulk',
  'campaigns/statistics',
  'campaign-statistics/lead-statistics',
  'inbox/get-archived',
  'inbox/get-assigned',
  'inbox/get-by-id',
  'inbox/get-important',
  'inbox/get-messages',
  'inbox/get-reminders',
  'inbox/get-scheduled',
  'inbox/get-sent',
  'inbox/get-snoozed',
  'inbox/get-unread',
  'inbox/get-untracked',
  'inbox/get-views',
]);

const leadOperations: ReadonlySet<string> = new Set([
  'campaigns/get-lead-by-id',
  'campaigns/get-leads',
  'leads/get-by-email',
  'smart-prospect/fetch-contacts',
  'smart-prospect/find-emails',
  'smart-prospect/get-contacts',
  'smart-prospect/search-contacts',
]);

/** Answers all of whose text comes from mail servers and registries out there. */
const foreignReports: Readonly<Record<string, ReadonlySet<string> | 'all'>> = {
  'smart-delivery/ip-details': new Set(['summary', 'whois_data']),
  'smart-delivery/blacklists': new Set(['details', 'rdns']),
  'smart-delivery/reply-headers': 'all',
};

/** Text answers that hold lead fields. */
export const outsiderTextAnswers: ReadonlySet<string> = new Set(['campaigns/export-leads']);

/** Whether an operation answers with mail that people have written to each other. */
export function holdsCorrespondence(operationId: string): boolean {
  return correspondenceOperations.has(operationId);
}

/**
 * The places in an answer whose text outsiders wrote, or may have written: what leads answered, and what is known about them. Each is
 * a path from the top of the answer, `items[].lead.custom_fields` for example; an object named so was written by them as a whole.
 * @returns Exactly the paths that stand in this answer with some text.
 */
export function outsiderTextPaths(operationId: string, structured: Readonly<Record<string, unknown>>): string[] {
  const fields = fieldsOf(operationId);
  if (fields === undefined) return [];
  const places = new FieldPlaces();
  if (fields === 'all') {
    for (const [name, value] of Object.entries(structured)) if (hasText(value)) places.add(name);
  } else collect(structured, places, fields);
  return places.paths();
}

function fieldsOf(operationId: string): ReadonlySet<string> | 'all' | undefined {
  if (correspondenceOperations.has(operationId)) return mailAndLeadText;
  if (leadOperations.has(operationId)) return leadText;
  return foreignReports[operationId];
}

function collect(value: unknown, places: FieldPlaces, fields: ReadonlySet<string>): void {
  if (Array.isArray(value)) {
    const elements = places.elements();
    for (const element of value) if (typeof element === 'object' && element !== null) collect(element, elements, fields);
    return;
  }
  if (!isJsonObject(value)) return;
  for (const name in value) {
    const inner = value[name];
    if (inner === null || (typeof inner !== 'object' && typeof inner !== 'string')) continue;
    if (fields.has(name)) {
      if (!places.has(name) && hasText(inner)) places.add(name);
    } else if (typeof inner === 'object') collect(inner, places.below(name), fields);
  }
}

function hasText(value: unknown): boolean {
  if (typeof value === 'string') return value !== '';
  if (typeof value !== 'object' || value === null) return false;
  return Object.keys(value).length > 0;
}
