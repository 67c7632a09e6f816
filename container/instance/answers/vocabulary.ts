import type { CallArguments } from '../catalogue/call-arguments.ts';
import type { Operation } from '../catalogue/operation.ts';
import { isJsonObject, type JsonObject } from '../json/json-object.ts';
import { statusCommands, stopLeadWords, trackWords } from './settings-words.ts';

type Translation = (callArguments: CallArguments) => CallArguments;

/**
 * Puts arguments that were written in the words of reads into the words that writes take, so that what was read can be sent back:
 * status `ACTIVE` becomes `START`, `delayInDays` becomes `delay_in_days`, a `schedule` object becomes its fields. Where both words
 * are there, the argument keeps the one that writes take and the other is left for the check to refuse. To be applied before
 * arguments are checked and before anything is decided by them.
 */
export function translateArguments(operation: Operation, callArguments: CallArguments): CallArguments {
  return translations[operation.id]?.(callArguments) ?? translateFilters(operation, callArguments);
}

const translations: Readonly<Record<string, Translation>> = {
  'campaigns/update-status': (given) => withWord(given, 'status', statusCommands),
  'campaigns/update-settings': translateSettings,
  'campaigns/update-schedule': translateSchedule,
  'campaigns/update-sequences': translateSequences,
  'email-accounts/update': (given) =>
    renamed(given, {
      message_per_day: 'max_email_per_day',
      custom_tracking_domain: 'custom_tracking_url',
      bcc_email: 'bcc',
      minTimeToWaitInMins: 'time_to_wait_in_mins',
    }),
  'lead-lists/create': (given) => renamed(given, { list_name: 'listName' }),
  'lead-lists/update': (given) => renamed(given, { list_name: 'listName' }),
};

function translateSettings(given: CallArguments): CallArguments {
  const { track_settings, bounce_autopause_threshold } = given;
  return {
    ...withWord(given, 'stop_lead_settings', stopLeadWords),
    ...(Array.isArray(track_settings) ? { track_settings: track_settings.map((word) => trackWords.get(word) ?? word) } : {}),
    // A number that Smartlead takes as text.
    ...(typeof bounce_autopause_threshold === 'number' ? { bounce_autopause_threshold: String(bounce_autopause_threshold) } : {}),
  };
}

const scheduleNames = {
  tz: 'timezone',
  days: 'days_of_the_week',
  startHour: 'start_hour',
  endHour: 'end_hour',
  min_time_btwn_emails: 'min_time_btw_emails',
  max_leads_per_day: 'max_new_leads_per_day',
  // Words of Smartlead's answer to this very write.
  days_of_week: 'days_of_the_week',
  start_time: 'start_hour',
  end_time: 'end_hour',
  min_time_between_emails: 'min_time_btw_emails',
};

function translateSchedule(given: CallArguments): CallArguments {
  const { schedule, scheduler_cron_value, ...flat } = given;
  // What stands beside the objects was written for this call; the objects may be older.
  const nested = [scheduler_cron_value, schedule].filter(isJsonObject).map((object) => renamed(object, scheduleNames));
  const unread = Object.entries({ schedule, scheduler_cron_value }).filter(
    ([, value]) => value !== undefined && !isJsonObject(value),
  );
  // Not by Object.assign, which would take a field named __proto__ for the prototype.
  return Object.fromEntries([...nested, renamed(flat, scheduleNames), Object.fromEntries(unread)].flatMap(Object.entries));
}

/** Fields that reads add to a step and writes do not take. */
const readOnlyStepFields = new Set(['created_at', 'updated_at', 'email_campaign_id']);

function translateSequences(given: CallArguments): CallArguments {
  const { sequences } = given;
  return Array.isArray(sequences) ? { ...given, sequences: sequences.map(translateStep) } : given;
}

function translateStep(step: unknown): unknown {
  if (!isJsonObject(step)) return step;
  const fields = renamed(withoutReadOnly(step), { sequence_variants: 'seq_variants' });
  const { seq_delay_details: delay, seq_variants: variants } = fields;
  return {
    ...fields,
    ...(isJsonObject(delay) ? { seq_delay_details: translateDelay(delay) } : {}),
    ...(Array.isArray(variants) ? { seq_variants: variants.map(translateVariant) } : {}),
  };
}

function translateDelay(delay: JsonObject): JsonObject {
  const fields = renamed(delay, { delayInDays: 'delay_in_days' });
  const { delay_in_days: days } = fields;
  return typeof days === 'string' && /^\d{1,3}$/.test(days) ? { ...fields, delay_in_days: Number(days) } : fields;
}

function translateVariant(variant: unknown): unknown {
  if (!isJsonObject(variant)) return variant;
  const fields = renamed(withoutReadOnly(variant), { variant_name: 'variant_label' });
  // Reads say null where no share was set, and writes want a number.
  if (fields.variant_distribution_percentage !== null) return fields;
  const { variant_distribution_percentage: _none, ...others } = fields;
  return others;
}

/** Filters for what happened to a mail: three lists of words for the same events, one in each of three operations. */
const eventFilters: Readonly<Record<string, string>> = {
  'campaigns/get-leads': 'emailStatus',
  'campaigns/statistics': 'email_status',
};

function translateFilters(operation: Operation, given: CallArguments): CallArguments {
  const name = eventFilters[operation.id];
  if (name !== undefined && given[name] !== undefined) {
    const words = operation.params.find((parameter) => parameter.name === name)?.enum;
    return { ...given, [name]: sameEvent(given[name], words) };
  }
  if (!isJsonObject(given.filters) || given.filters.emailStatus === undefined) return given;
  const shape = operation.params
    .find((parameter) => parameter.name === 'filters')
    ?.properties?.find((field) => field.name === 'emailStatus');
  const words = shape?.items?.enum ?? shape?.enum;
  const { emailStatus } = given.filters;
  const translated = Array.isArray(emailStatus)
    ? emailStatus.map((word) => sameEvent(word, words))
    : sameEvent(emailStatus, words);
  return { ...given, filters: { ...given.filters, emailStatus: translated } };
}

/** The word of this list that names the same event: `Opened`, `opened` and `is_opened` do. */
function sameEvent(word: unknown, words: readonly (string | number)[] | undefined): unknown {
  if (typeof word !== 'string' || words === undefined || words.includes(word)) return word;
  return words.find((candidate) => eventName(String(candidate)) === eventName(word)) ?? word;
}

function eventName(word: string): string {
  return word.toLowerCase().replace(/^is_/, '').replace(/[ _]/g, '');
}

function withWord(given: CallArguments, name: string, words: ReadonlyMap<unknown, string>): CallArguments {
  const word = words.get(given[name]);
  return word === undefined ? given : { ...given, [name]: word };
}

function withoutReadOnly(fields: Readonly<JsonObject>): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !readOnlyStepFields.has(name)));
}

/** The fields under their new names, in their old order. A field whose new name is taken keeps its old one. */
function renamed(fields: Readonly<JsonObject>, names: Readonly<Record<string, string>>): JsonObject {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      const newName = Object.hasOwn(names, name) ? names[name] : undefined;
      return [newName === undefined || Object.hasOwn(fields, newName) ? name : newName, value];
    }),
  );
}
