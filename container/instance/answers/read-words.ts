import { isJsonObject, type JsonObject } from '../json/json-object.ts';
import { stopLeadWords, trackWords } from './settings-words.ts';

/**
 * Rewrites a row that a model may send back in the words that writes take. What a campaign tracks, when it stops a lead and how long
 * a step waits are said in the words of writes alone. The schedule is said a second time, as `schedule` holding the arguments of
 * campaigns_update_schedule; `scheduler_cron_value` stays. A campaign’s `status` stays, too: it is a state, and writes take commands.
 */
export function writeWordsInPlace(operationId: string, row: unknown): void {
  if (!isJsonObject(row)) return;
  if (operationId === 'campaigns/get-all' || operationId === 'campaigns/get-by-id') campaignInPlace(row);
  else if (operationId === 'campaigns/get-sequences') stepInPlace(row);
}

/** Operations whose rows {@link writeWordsInPlace} may change. */
export const readsToTranslate: ReadonlySet<string> = new Set([
  'campaigns/get-all',
  'campaigns/get-by-id',
  'campaigns/get-sequences',
]);

function campaignInPlace(campaign: JsonObject): void {
  const { track_settings, stop_lead_settings, scheduler_cron_value } = campaign;
  if (Array.isArray(track_settings)) campaign.track_settings = track_settings.map((word) => trackWords.get(word) ?? word);
  const stopWord = stopLeadWords.get(stop_lead_settings as string);
  if (stopWord !== undefined) campaign.stop_lead_settings = stopWord;
  if (isJsonObject(scheduler_cron_value)) campaign.schedule = schedule(campaign, scheduler_cron_value);
}

function schedule(campaign: JsonObject, cronValue: JsonObject): JsonObject {
  const fields = Object.entries(scheduleFields(campaign, cronValue));
  return Object.fromEntries(fields.filter(([, value]) => value !== undefined && value !== null));
}

/** A campaign's schedule under the names that campaigns/update-schedule takes; undefined or null where the read has none. */
export function scheduleFields(
  campaign: Readonly<JsonObject>,
  { tz, days, startHour, endHour }: Readonly<JsonObject>,
): JsonObject {
  return {
    timezone: tz,
    days_of_the_week: days,
    start_hour: startHour,
    end_hour: endHour,
    min_time_btw_emails: campaign.min_time_btwn_emails,
    max_new_leads_per_day: campaign.max_leads_per_day,
  };
}

function stepInPlace(step: JsonObject): void {
  const { seq_delay_details, sequence_variants } = step;
  if (isJsonObject(seq_delay_details) && seq_delay_details.delay_in_days === undefined && 'delayInDays' in seq_delay_details) {
    const { delayInDays, ...others } = seq_delay_details;
    step.seq_delay_details = { ...others, delay_in_days: delayInDays };
  }
  if (Array.isArray(sequence_variants) && step.seq_variants === undefined) {
    delete step.sequence_variants;
    step.seq_variants = sequence_variants;
  }
}
