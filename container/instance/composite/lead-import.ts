import { countOf, objectOf } from '../json/json-value.ts';
import type { OperationCallContext } from '../smartlead/operation-caller.ts';
import { type ArgumentIssue, SmartleadError } from '../smartlead/smartlead-error.ts';
import { type OperationSteps, operationById } from '../tools/operation-steps.ts';
import { batchLeads, type Lead, type LeadBatch, type RepeatedRow } from './lead-batches.ts';
import { type StepFailure, stepFailure } from './step-failure.ts';

const addLeads = operationById('campaigns/add-leads');

/** Leads one request may hold, as the catalogue says. */
export const leadsPerRequest = addLeads.params.find(({ name }) => name === 'lead_list')?.maxItems ?? 400;

export interface ImportPlan {
  batches: readonly LeadBatch[];
  repeated: readonly RepeatedRow[];
  /** Rows given, repeated ones and those before the start included. */
  rowsGiven: number;
  settings: unknown;
}

/** What became of the leads, summed over all requests that were answered. */
export interface ImportReport {
  rowsGiven: number;
  /** Rows that Smartlead has answered for. */
  rowsSent: number;
  /** Smartlead's counts; only those that occurred, `added` always. */
  counts: Record<string, number> & { added: number };
  invalidEmails?: string[];
  unsubscribed?: string[];
  /** Addresses that stand in the input more than once; only the first of each was sent. */
  repeatedInInput?: { rows: number; first: readonly RepeatedRow[] };
  batches: { sent: number; of: number; rememberedFromBefore?: number };
  /** Set where it ended before the last batch, with the rows (first is 0) it was about. */
  stopped?: Partial<StepFailure> & { reason: 'failed' | 'cancelled' | 'lead_limit_reached'; rows: { from: number; to: number } };
  /** Rows that were not sent at all. */
  rowsNotSent?: { from: number; to: number; count: number };
  nextStep: string;
}

const mostAddressesShown = 20;
const mostRepeatedShown = 10;
const mostIssues = 8;

/**
 * Checks every lead and splits them into requests.
 * @throws SmartleadError `invalid_arguments` that names the rows.
 */
export async function planImport(
  steps: OperationSteps,
  { leads, settings, startAt = 0 }: { leads: readonly Lead[]; settings?: unknown; startAt?: number },
): Promise<ImportPlan> {
  if (startAt >= leads.length)
    throw invalid([{ path: 'start_at', message: `must be below ${leads.length}, the number of leads` }], 1);
  const { batches, repeated } = batchLeads(leads, { size: leadsPerRequest, startAt });
  const issues: ArgumentIssue[] = [];
  for (const batch of batches) {
    if (issues.length >= mostIssues) break;
    issues.push(...(await issuesOf(steps, batch, settings)));
  }
  if (issues.length > 0) throw invalid(issues.slice(0, mostIssues), issues.length);
  return { batches, repeated, rowsGiven: leads.length, settings };
}

export interface ImportRun {
  campaignId: number;
  context: OperationCallContext;
  /** Called after each request with the rows sent so far. */
  onBatch(batchesSent: number, rowsSent: number): void;
}

/** Adds the planned leads to a campaign, request by request, and stops at the first one that did not clearly succeed. */
export async function runImport(steps: OperationSteps, plan: ImportPlan, run: ImportRun): Promise<ImportReport> {
  const { batches, repeated } = plan;
  const totals = new ImportTotals();
  let stopped: ImportReport['stopped'];
  let sent = 0;
  for (const batch of batches) {
    const rows = { from: batch.firstRow, to: batch.lastRow };
    try {
      const outcome = await steps.call(
        addLeads,
        { campaign_id: run.campaignId, ...requestOf(batch, plan.settings) },
        run.context,
      );
      sent += 1;
      totals.add(batch, outcome.value, outcome.firstSentAt !== undefined);
      run.onBatch(sent, totals.rowsSent);
      if (totals.limitReached) {
        stopped = { reason: 'lead_limit_reached', rows };
        break;
      }
    } catch (error) {
      stopped = { reason: run.context.signal.aborted ? 'cancelled' : 'failed', ...stepFailure(error), rows };
      break;
    }
  }
  const notSent = batches.slice(stopped?.outcome === 'unknown' ? sent + 1 : sent);
  return {
    rowsGiven: plan.rowsGiven,
    ...totals.report(),
    ...(repeated.length === 0 ? {} : { repeatedInInput: { rows: repeated.length, first: repeated.slice(0, mostRepeatedShown) } }),
    batches: {
      sent,
      of: batches.length,
      ...(totals.remembered === 0 ? {} : { rememberedFromBefore: totals.remembered }),
    },
    ...(stopped === undefined ? {} : { stopped }),
    ...rangeOf(notSent),
    nextStep: nextStep(stopped),
  };
}

/** Adds up what Smartlead says of each request. */
class ImportTotals {
  rowsSent = 0;
  remembered = 0;
  limitReached = false;
  readonly #counts: Record<string, number> & { added: number } = { added: 0 };
  readonly #invalidEmails: string[] = [];
  readonly #unsubscribed: string[] = [];

  add(batch: LeadBatch, value: unknown, remembered: boolean): void {
    const body = objectOf(value);
    const answer = { ...objectOf(body.data), ...body };
    this.rowsSent += batch.leads.length;
    if (remembered) this.remembered += 1;
    for (const [name, field] of countFields) {
      const count = countOf(answer[field]) ?? 0;
      if (count !== 0) this.#counts[name] = (this.#counts[name] ?? 0) + count;
    }
    const unsubscribed = listOf(answer.unsubscribed_leads);
    if (unsubscribed.length > 0) this.#counts.unsubscribed = (this.#counts.unsubscribed ?? 0) + unsubscribed.length;
    append(this.#unsubscribed, unsubscribed);
    append(this.#invalidEmails, listOf(answer.invalid_emails));
    this.limitReached ||= answer.is_lead_limit_exhausted === true;
  }

  report() {
    return {
      rowsSent: this.rowsSent,
      counts: this.#counts,
      ...(this.#invalidEmails.length === 0 ? {} : { invalidEmails: this.#invalidEmails }),
      ...(this.#unsubscribed.length === 0 ? {} : { unsubscribed: this.#unsubscribed }),
    };
  }
}

/** Names of the counts here, and in Smartlead's answer, where `total_leads` is what was newly added. */
const countFields = [
  ['added', 'total_leads'],
  ['alreadyInCampaign', 'already_added_to_campaign'],
  ['duplicates', 'duplicate_count'],
  ['invalid', 'invalid_email_count'],
  ['blocked', 'block_count'],
  ['bouncedBefore', 'bounce_count'],
  ['importStopped', 'lead_import_stopped_count'],
] as const;

function requestOf(batch: LeadBatch, settings: unknown): Record<string, unknown> {
  return { lead_list: batch.leads, ...(settings === undefined ? {} : { settings }) };
}

async function issuesOf(steps: OperationSteps, batch: LeadBatch, settings: unknown): Promise<ArgumentIssue[]> {
  try {
    await steps.check(addLeads, { campaign_id: 0, ...requestOf(batch, settings) });
    return [];
  } catch (error) {
    if (!(error instanceof SmartleadError) || error.issues === undefined) throw error;
    return error.issues.map(({ path, message }) => ({ path: callersPath(path, batch), message }));
  }
}

/** `lead_list[3].email` of a request as the path in the caller's list. */
function callersPath(path: string, batch: LeadBatch): string {
  if (path.startsWith('settings')) return path.replace('settings', 'import_settings');
  return path.replace(/^lead_list\[(\d+)\]/, (_, index: string) => `leads[${batch.rows[Number(index)] ?? index}]`);
}

function invalid(issues: ArgumentIssue[], found: number): SmartleadError {
  const text = issues.map(({ path, message }) => `${path} ${message}`).join('; ');
  const more = found > issues.length ? ` And ${found - issues.length} more.` : '';
  const hint = issues.some(({ message }) => message.includes('not known')) ? ' Other values belong into custom_fields.' : '';
  return new SmartleadError('invalid_arguments', `Nothing was sent. ${text}.${more}${hint}`, { issues });
}

function rangeOf(batches: readonly LeadBatch[]): Pick<ImportReport, 'rowsNotSent'> {
  const [first] = batches;
  const last = batches.at(-1);
  if (first === undefined || last === undefined) return {};
  const count = batches.reduce((sum, { leads }) => sum + leads.length, 0);
  return { rowsNotSent: { from: first.firstRow, to: last.lastRow, count } };
}

function nextStep(stopped: ImportReport['stopped']): string {
  if (stopped === undefined) return 'All rows were sent. counts says what Smartlead made of them.';
  const { from, to } = stopped.rows;
  if (stopped.reason === 'lead_limit_reached')
    return `The Smartlead plan's lead limit is reached: rows from ${from} on were added in part or not at all. Raise the limit, then call again with start_at ${from}; Smartlead skips addresses the campaign has.`;
  if (stopped.outcome === 'unknown')
    return `It is not known whether rows ${from} to ${to} were added. Smartlead skips addresses the campaign has, so going on is safe: call again with the same leads, start_at ${from} and repeat true.`;
  if (stopped.reason === 'cancelled') return `To go on, call again with the same leads and start_at ${from}.`;
  return `Rows before ${from} are in; none of ${from} to ${to} were added. ${stopped.error?.nextStep ?? ''} Then call again with the same leads and start_at ${from}.`;
}

function listOf(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  return value.map((item) => (typeof item === 'string' ? item : String(objectOf(item).email ?? '')));
}

function append(shown: string[], more: readonly string[]): void {
  shown.push(...more.slice(0, Math.max(0, mostAddressesShown - shown.length)));
}
