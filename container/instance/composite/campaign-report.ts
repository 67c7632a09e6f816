import { countOf, objectOf, rowsOf, textOf } from '../json/json-value.ts';
import { type ErrorReport, errorReport, SmartleadError } from '../smartlead/smartlead-error.ts';
import { type OperationSteps, operationById, throwIfCancelled } from '../tools/operation-steps.ts';
import type { RunContext } from '../tools/tool.ts';
import { addFigures, byDateFigures, type Figures, performanceFigures } from './campaign-figures.ts';
import type { DateRange } from './date-ranges.ts';

export interface ReportRequest {
  /** Parts of the range, each short enough for Smartlead. */
  ranges: readonly DateRange[];
  /** All campaigns where it is missing. */
  campaignIds?: readonly number[];
  clientId?: number;
  timezone?: string;
  /** Ask for each campaign by itself, too: adds clicks and unsubscribes. */
  detail: boolean;
}

/** Something that could not be read, so that the sums are too low by it. */
export interface MissingPart {
  /** All campaigns of the report where it is missing. */
  campaignId?: number;
  from: string;
  to: string;
  what: 'all counts' | 'positive replies';
  error: ErrorReport;
}

export interface CampaignRow {
  campaignId: number;
  name: string;
  figures: Figures;
}

const pageSize = 100;
const mostPages = 100;

/**
 * Reads the counts of campaigns over ranges of days and adds them up. What cannot be read is reported and left out of the sums; only
 * what would fail for every further call as well ends it.
 * @throws SmartleadError Where nothing came of it, the key is refused, or the call was cancelled.
 */
export async function readCampaignFigures(
  steps: OperationSteps,
  request: ReportRequest,
  context: RunContext,
): Promise<{ rows: CampaignRow[]; missing: MissingPart[] }> {
  const rows = new Map<number, CampaignRow>();
  const missing: MissingPart[] = [];
  let firstError: unknown;
  const attempt = async <Value>(part: Omit<MissingPart, 'error'>, action: () => Promise<Value>): Promise<Value | undefined> => {
    throwIfCancelled(context.signal);
    try {
      return await action();
    } catch (error) {
      if (endsEverything(error)) throw error;
      firstError ??= error;
      missing.push({ ...part, error: errorReport(error) });
      return undefined;
    }
  };
  const rowOf = (campaignId: number, name: string): CampaignRow => {
    const row = rows.get(campaignId) ?? { campaignId, name, figures: {} };
    if (row.name === '') row.name = name;
    rows.set(campaignId, row);
    return row;
  };
  const total = request.ranges.length * (request.detail ? 1 + (request.campaignIds?.length ?? 1) : 1);
  let asked = 0;
  const tell = (message: string) => {
    asked += 1;
    context.progress(asked, Math.max(total, asked), message);
  };
  for (const range of request.ranges) {
    const what = request.detail && request.campaignIds !== undefined ? 'positive replies' : 'all counts';
    const performance = await attempt({ ...range, what }, () => readPerformance(steps, request, range, context));
    tell(`${range.from} to ${range.to}`);
    for (const row of performance ?? []) {
      const { positiveReplied } = row.figures;
      const figures = request.detail ? (positiveReplied === undefined ? {} : { positiveReplied }) : row.figures;
      const known = rowOf(row.campaignId, row.name);
      known.figures = addFigures(known.figures, figures);
    }
    if (!request.detail) continue;
    const ids = request.campaignIds ?? (performance ?? []).map(({ campaignId }) => campaignId);
    for (const campaignId of ids) {
      const part = { campaignId, ...range, what: 'all counts' as const };
      const answer = await attempt(part, () => readByDate(steps, campaignId, request, range, context));
      tell(`campaign ${campaignId}, ${range.from} to ${range.to}`);
      if (answer === undefined) continue;
      const known = rowOf(campaignId, textOf(answer.name));
      known.figures = addFigures(known.figures, byDateFigures(answer));
    }
  }
  if (rows.size === 0 && firstError !== undefined) throw firstError;
  return { rows: [...rows.values()], missing };
}

async function readPerformance(
  steps: OperationSteps,
  { campaignIds, clientId, timezone }: ReportRequest,
  { from, to }: DateRange,
  context: RunContext,
): Promise<CampaignRow[]> {
  const rows = new Map<number, CampaignRow>();
  for (let page = 0; page < mostPages; page += 1) {
    const { value } = await steps.call(
      operationById('analytics/campaign-performance'),
      {
        start_date: from,
        end_date: to,
        limit: pageSize,
        offset: page * pageSize,
        ...(timezone === undefined ? {} : { timezone }),
        ...(campaignIds === undefined ? {} : { campaign_ids: campaignIds.join(',') }),
        ...(clientId === undefined ? {} : { client_ids: String(clientId) }),
      },
      context,
    );
    const before = rows.size;
    const found = rowsOf(value, 'campaign_wise_performance');
    for (const row of found) {
      const campaignId = countOf(row.id);
      // A server that ignores the offset answers the same rows again; nothing may be counted twice.
      if (campaignId !== undefined && !rows.has(campaignId))
        rows.set(campaignId, { campaignId, name: textOf(row.campaign_name), figures: performanceFigures(row) });
    }
    if (found.length < pageSize || rows.size === before) break;
  }
  return [...rows.values()];
}

async function readByDate(
  steps: OperationSteps,
  campaignId: number,
  { timezone }: ReportRequest,
  { from, to }: DateRange,
  context: RunContext,
): Promise<Record<string, unknown>> {
  const dates = { start_date: from, end_date: to, ...(timezone === undefined ? {} : { time_zone: timezone }) };
  const { value } = await steps.call(
    operationById('campaigns/get-analytics-by-date'),
    { campaign_id: campaignId, ...dates },
    context,
  );
  const answer = objectOf(value);
  if (countOf(answer.sent_count) === undefined)
    throw new SmartleadError('smartlead_not_found', `Smartlead has no figures for campaign ${campaignId}.`);
  return answer;
}

/** Failures that every further call would meet as well. */
function endsEverything(error: unknown): boolean {
  if (!(error instanceof SmartleadError)) return true;
  return error.code === 'smartlead_key_refused' || error.code === 'cancelled' || error.code === 'rate_limit_queue_full';
}
