import { scheduleFields } from '../answers/read-words.ts';
import { ResourceNotFound } from '../features/feature-errors.ts';
import type { ReadContext } from '../features/mcp-features.ts';
import { countOf, objectOf, rowsOf, textOf } from '../json/json-value.ts';
import type { OperationCaller } from '../smartlead/operation-caller.ts';
import { SmartleadError } from '../smartlead/smartlead-error.ts';
import { createOperationSteps, operationById } from '../tools/operation-steps.ts';

/** The operations that a campaign as a document is made of. */
export const campaignReads = [
  'campaigns/get-by-id',
  'campaigns/get-sequences',
  'campaigns/get-email-accounts',
  'campaigns/get-analytics',
] as const;

const settingFields = [
  'track_settings',
  'stop_lead_settings',
  'unsubscribe_text',
  'send_as_plain_text',
  'follow_up_percentage',
  'enable_ai_esp_matching',
] as const;
const countFields = [
  'total_count',
  'drafted_count',
  'sent_count',
  'unique_sent_count',
  'open_count',
  'unique_open_count',
  'click_count',
  'unique_click_count',
  'reply_count',
  'bounce_count',
  'block_count',
  'unsubscribed_count',
] as const;

/**
 * A campaign as one document: settings, schedule, mails, mailboxes and counts over its whole life. It holds no text of outsiders
 * (replies, lead fields) and nothing of the mailboxes but how many there are and in which state.
 * @throws ResourceNotFound, SmartleadError
 */
export async function campaignOverview(
  caller: OperationCaller,
  campaignId: number,
  uri: string,
  context: ReadContext,
): Promise<Record<string, unknown>> {
  const steps = createOperationSteps(caller);
  const read = async (id: (typeof campaignReads)[number]) =>
    (await steps.call(operationById(id), { campaign_id: campaignId }, { ...context, repeat: false })).value;
  try {
    // First alone: a campaign that does not exist costs one request.
    const campaign = objectOf(await read('campaigns/get-by-id'));
    const [sequences, mailboxes, analytics] = await Promise.all([
      read('campaigns/get-sequences'),
      read('campaigns/get-email-accounts'),
      read('campaigns/get-analytics'),
    ]);
    return {
      id: campaignId,
      name: campaign.name,
      status: campaign.status,
      clientId: campaign.client_id ?? null,
      createdAt: campaign.created_at,
      settings: picked(campaign, settingFields),
      schedule: scheduleOf(campaign),
      sequences: rowsOf(sequences).map(mailOf),
      mailboxes: mailboxCounts(rowsOf(mailboxes)),
      analytics: Object.fromEntries(
        countFields.flatMap((name) => {
          const count = countOf(objectOf(analytics)[name]);
          return count === undefined ? [] : [[name, count]];
        }),
      ),
    };
  } catch (error) {
    if (error instanceof SmartleadError && error.code === 'smartlead_not_found')
      throw new ResourceNotFound(uri, `There is no campaign ${campaignId}; campaigns_get_all lists those there are.`);
    throw error;
  }
}

function scheduleOf(campaign: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return {
    ...scheduleFields(campaign, objectOf(campaign.scheduler_cron_value)),
    schedule_start_time: campaign.schedule_start_time ?? null,
  };
}

/** A step in the words that writes take, so that what is read can be sent back. */
function mailOf(row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { delayInDays, delay_in_days: written } = objectOf(row.seq_delay_details);
  const variants = rowsOf(row.sequence_variants);
  return {
    seq_number: countOf(row.seq_number),
    delay_in_days: countOf(delayInDays ?? written) ?? 0,
    subject: row.subject,
    email_body: row.email_body,
    ...(variants.length === 0
      ? {}
      : {
          variants: variants.map((variant) => ({
            label: textOf(variant.variant_label ?? variant.variant_name),
            subject: variant.subject,
            email_body: variant.email_body,
          })),
        }),
  };
}

function mailboxCounts(rows: readonly Record<string, unknown>[]): Record<string, number> {
  const count = (test: (row: Record<string, unknown>) => boolean) => rows.filter(test).length;
  return {
    total: rows.length,
    disconnected: count((row) => row.is_smtp_success === false || row.is_imap_success === false),
    suspended: count((row) => row.is_suspended === true),
    withoutWarmup: count((row) => objectOf(row.warmup_details).status !== 'ACTIVE'),
  };
}

function picked(row: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.flatMap((name) => (row[name] === undefined ? [] : [[name, row[name]]])));
}
