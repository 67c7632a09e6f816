import type { CallArguments } from '../catalogue/call-arguments.ts';
import type { FieldShape } from '../catalogue/operation.ts';
import { toolName } from '../catalogue/tool-name.ts';
import type { OperationCaller } from '../smartlead/operation-caller.ts';
import { SmartleadError } from '../smartlead/smartlead-error.ts';
import { createOperationSteps } from '../tools/operation-steps.ts';
import type { Tool, ToolAnswer } from '../tools/tool.ts';
import { addFigures, type Figures, ratesOf, uniqueCounts } from './campaign-figures.ts';
import { type CampaignRow, readCampaignFigures } from './campaign-report.ts';
import { compositeInput, fieldOf } from './composite-input.ts';
import { type DateRange, daysIn, splitRange } from './date-ranges.ts';

const name = 'report_campaigns';
/** Named campaigns up to which each is asked for by itself unless the caller says otherwise. */
const detailUpTo = 5;
const mostRequests = 600;
const rowsShown = 50;

const optional = (field: FieldShape): FieldShape => ({ ...field, required: false });

const input = compositeInput(name, {
  fields: [
    fieldOf('campaigns/get-analytics-by-date', 'start_date'),
    fieldOf('campaigns/get-analytics-by-date', 'end_date'),
    { name: 'campaign_ids', type: 'array', required: false, minItems: 1, maxItems: 200, items: { type: 'integer' } },
    optional(fieldOf('campaigns/create', 'client_id')),
    fieldOf('analytics/campaign-performance', 'timezone'),
    { name: 'detail', type: 'boolean', required: false },
    { name: 'limit', type: 'integer', required: false, min: 1, max: 500 },
  ],
  constraints: [{ kind: 'excludes', param: 'client_id', params: ['campaign_ids'] }],
  descriptions: {
    campaign_ids: 'All campaigns if left out',
    detail: `Add clicks and unsubscribes, by more requests. Default for up to ${detailUpTo} campaign_ids`,
    limit: `Campaigns to list (${rowsShown}); total has all`,
  },
});

/** The tool that reports on campaigns over any range of days. */
export function createReportCampaignsTool(caller: OperationCaller): Tool {
  const steps = createOperationSteps(caller);
  return {
    definition: {
      name,
      description: 'Sent, opened, replied, bounced and rates per campaign and in total over any date range.',
      inputSchema: input.schema,
      annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
    },
    toolset: 'analytics',
    administrative: false,
    effects: () => ['read'],
    madeOf: (callArguments) => [
      toolName('analytics/campaign-performance'),
      ...(isDetailed(callArguments) ? [toolName('campaigns/get-analytics-by-date')] : []),
    ],
    async check(callArguments) {
      await input.check(callArguments);
      checkRange(callArguments);
    },
    consequence: async () => ({ summary: 'read campaign figures' }),
    async run(callArguments, context) {
      const range = checkRange(callArguments);
      const ranges = splitRange(range);
      const campaignIds = callArguments.campaign_ids as number[] | undefined;
      const { client_id: clientId, timezone } = callArguments;
      const { rows, missing } = await readCampaignFigures(
        steps,
        {
          ranges,
          detail: isDetailed(callArguments),
          ...(campaignIds === undefined ? {} : { campaignIds: [...new Set(campaignIds)] }),
          ...(clientId === undefined ? {} : { clientId: clientId as number }),
          ...(timezone === undefined ? {} : { timezone: timezone as string }),
        },
        context,
      );
      const withoutRow = (campaignIds ?? []).filter((id) => !rows.some(({ campaignId }) => campaignId === id));
      // A campaign that does not exist has no figures to miss.
      const incomplete = missing.filter(
        ({ campaignId, error }) => !(error.code === 'smartlead_not_found' && withoutRow.includes(campaignId ?? 0)),
      );
      return report(range, ranges.length, rows, {
        limit: (callArguments.limit as number | undefined) ?? rowsShown,
        ...(incomplete.length === 0 ? {} : { incomplete }),
        ...(withoutRow.length === 0 || incomplete.length > 0 ? {} : { campaignsNotFound: withoutRow }),
      });
    },
  };
}

/** @throws SmartleadError `invalid_arguments` for a range that ends before it begins, or takes too many requests. */
function checkRange(callArguments: CallArguments): DateRange {
  const range = { from: callArguments.start_date as string, to: callArguments.end_date as string };
  if (daysIn(range) < 1) throw invalid('end_date', 'must not be before start_date');
  const campaigns = isDetailed(callArguments) ? ((callArguments.campaign_ids as unknown[] | undefined)?.length ?? 1) : 0;
  if (splitRange(range).length * (campaigns + 1) > mostRequests)
    throw invalid(
      'end_date',
      `is too far away: this would take more than ${mostRequests} requests. Ask for less, or set detail false`,
    );
  return range;
}

function isDetailed({ detail, campaign_ids: ids }: CallArguments): boolean {
  return (detail as boolean | undefined) ?? (ids !== undefined && (ids as unknown[]).length <= detailUpTo);
}

function report(
  range: DateRange,
  periods: number,
  rows: readonly CampaignRow[],
  { limit, ...remarks }: { limit: number } & Record<string, unknown>,
): ToolAnswer {
  const sorted = [...rows].sort((one, other) => (other.figures.sent ?? 0) - (one.figures.sent ?? 0));
  const total = rows.reduce<Figures>((sum, { figures }) => addFigures(sum, figures), {});
  const hidden = sorted.length - limit;
  const structured = {
    ...range,
    total: { campaigns: rows.length, ...countsAndRates(total, rows.length > 1 || periods > 1) },
    campaigns: sorted
      .slice(0, limit)
      .map((row) => ({ campaignId: row.campaignId, name: row.name, ...countsAndRates(row.figures, periods > 1) })),
    ...(hidden > 0 ? { campaignsNotListed: hidden } : {}),
    ...remarks,
    ...(periods > 1 || rows.length > 1 ? { note: uniquesNote } : {}),
  };
  return { structured };
}

const uniquesNote =
  'Rates are in per cent and made from the sums. Counts under leadsAtMost were added up over periods or campaigns and count a lead in each of them again.';

/** Counts of leads stand apart as an upper bound where they were added up. */
function countsAndRates(figures: Figures, added: boolean): Record<string, unknown> {
  const events: Record<string, unknown> = { ...figures };
  const leads: Record<string, number> = {};
  for (const count of uniqueCounts) {
    if (figures[count] !== undefined) leads[count] = figures[count];
    delete events[count];
  }
  const leadCounts = Object.keys(leads).length === 0 ? {} : added ? { leadsAtMost: leads } : leads;
  return { ...events, ...ratesOf(figures), ...leadCounts };
}

function invalid(path: string, message: string): SmartleadError {
  return new SmartleadError('invalid_arguments', `${path} ${message}.`, { issues: [{ path, message }] });
}
