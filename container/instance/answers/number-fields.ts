import { isJsonObject, type JsonObject } from '../json/json-object.ts';

/**
 * Ids of Smartlead’s own tables. Not here: ids of messages (`message_id`, `stats_id`), of placement tests and of contacts, which are
 * text that may consist of digits.
 */
const idFields: ReadonlySet<string> = new Set([
  'campaign_id',
  'campaign_lead_map_id',
  'category_id',
  'client_id',
  'email_account_id',
  'email_campaign_id',
  'email_lead_id',
  'email_lead_map_id',
  'lead_category_id',
  'lead_id',
  'lead_map_id',
  'parent_campaign_id',
  'sub_sequence_id',
  'tag_id',
  'tag_mapping_id',
  'team_member_id',
  'user_id',
]);

/** Counts whose name does not end with `count`. Source: `response_actual` of the catalogue. */
const countFields: ReadonlySet<string> = new Set([
  'already_added_to_campaign',
  'blocked',
  'bounced',
  'clicked',
  'completed',
  'current_seq_num',
  'current_sequence_number',
  'delayInDays',
  'delay_in_days',
  'email_seq_number',
  'inprogress',
  'interested',
  'notStarted',
  'opened',
  'paused',
  'replied',
  'positive_replied',
  'sent',
  'seq_number',
  'sequence_number',
  'stopped',
  'total',
  'total_leads',
  'total_sent',
  'total_stats',
  'unsubscribed',
]);

/** Names that look like counts and are labels, such as `11-50`. */
const labels: ReadonlySet<string> = new Set(['head_count', 'companyHeadCount']);

/** Objects whose names customers or their leads have chosen: nothing is known about what stands in them. */
export const freeFormFields: ReadonlySet<string> = new Set([
  'custom_fields',
  'customFields',
  'click_details',
  'filter_details',
  'unsubscribed_client_id_map',
]);

const decimalField = /(?:^|_)(?:rate|percentage|revenue)$/;
/** A double carries 15 decimal digits there and back unchanged. */
const decimalText = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/;
const mostDigits = 15;

/**
 * The number a field’s text stands for.
 * @returns The text itself where the field is not known to be a number, or the number would not say the same.
 */
export function numberOfField(name: string, text: string): number | string {
  if (!mayBeNumber(text)) return text;
  if (decimalField.test(name))
    return decimalText.test(text) && text.replace(/[-.]/g, '').length <= mostDigits ? Number(text) : text;
  if (!isWholeNumberField(name)) return text;
  const number = Number(text);
  return Number.isSafeInteger(number) && String(number) === text ? number : text;
}

/** Whether it is worth looking at the field's name. */
function mayBeNumber(text: string): boolean {
  const first = text.charCodeAt(0);
  return text.length <= mostDigits + 2 && ((first >= 48 && first <= 57) || first === 45);
}

function isWholeNumberField(name: string): boolean {
  if (idFields.has(name) || countFields.has(name)) return true;
  return (name.endsWith('count') || name.endsWith('Count')) && !labels.has(name);
}

/** Turns counts, ids and rates that Smartlead writes as text into numbers, in place and at any depth. */
export function numbersInPlace(value: unknown, numericIds: boolean): void {
  if (Array.isArray(value)) {
    for (const element of value) if (typeof element === 'object') numbersInPlace(element, numericIds);
    return;
  }
  if (!isJsonObject(value)) return;
  numbersInFields(value, numericIds);
}

function numbersInFields(fields: JsonObject, numericIds: boolean): void {
  for (const name in fields) {
    const value = fields[name];
    if (typeof value === 'string') {
      const number = name === 'id' && numericIds ? numberOfField('lead_id', value) : numberOfField(name, value);
      if (number !== value) fields[name] = number;
    } else if (typeof value === 'object' && value !== null && !freeFormFields.has(name)) numbersInPlace(value, numericIds);
  }
}
