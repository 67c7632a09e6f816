import type { CallArguments } from '../catalogue/call-arguments.ts';
import { toolName } from '../catalogue/tool-name.ts';
import { countOf, objectOf, rowsOf, textOf } from '../json/json-value.ts';
import type { Exports } from '../resources/exports.ts';
import type { OperationCaller } from '../smartlead/operation-caller.ts';
import { createOperationSteps, type OperationSteps, operationById } from '../tools/operation-steps.ts';
import type { Tool } from '../tools/tool.ts';
import { argumentsFor, compositeInput, fieldsOf } from './composite-input.ts';
import { type ExportSource, exportCsv, positionOf, type SourceRow } from './csv-export.ts';
import { cursorField, exportNote, limitField } from './export-fields.ts';

const name = 'export_statistics';
const operation = operationById('campaigns/statistics');
const largestPage = 1000;
/** The column that holds whole mails: most of the bytes, and seldom wanted. */
const messageColumn = 'email_message';
/** Columns every file has, in this order; whatever else Smartlead sends follows. */
const usualColumns = [
  'stats_id',
  'lead_name',
  'lead_email',
  'lead_category',
  'sequence_number',
  'email_subject',
  'sent_time',
  'open_time',
  'click_time',
  'reply_time',
  'open_count',
  'click_count',
  'is_unsubscribed',
  'is_bounced',
];

const input = compositeInput(name, {
  fields: [
    ...fieldsOf(operation.id, { without: ['limit', 'offset'] }),
    { name: 'include_message', type: 'boolean', required: false },
    limitField,
    cursorField,
  ],
  descriptions: { include_message: 'Add the mails; large' },
});

/** The tool that writes one row per sent mail of a campaign into a CSV file. */
export function createExportStatisticsTool(caller: OperationCaller, exports: Exports): Tool {
  const steps = createOperationSteps(caller);
  return {
    definition: {
      name,
      description: `A campaign's mails as CSV: lead, step, opened, clicked, replied, bounced. ${exportNote}`,
      inputSchema: input.schema,
      annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
    },
    toolset: 'analytics',
    administrative: false,
    effects: () => ['read'],
    madeOf: () => [toolName(operation.id)],
    async check(callArguments) {
      await input.check(callArguments);
      positionOf(callArguments.cursor as string | undefined);
    },
    consequence: async () => ({ summary: 'export statistics' }),
    run(callArguments, context) {
      const { limit, cursor } = callArguments as { limit?: number; cursor?: string };
      const source = sentMails(steps, callArguments);
      const request = { source, exports, ...(limit === undefined ? {} : { limit }), ...(cursor === undefined ? {} : { cursor }) };
      return exportCsv(request, context);
    },
  };
}

function sentMails(steps: OperationSteps, callArguments: CallArguments): ExportSource {
  const { limit: _rows, ...filters } = argumentsFor(operation.id, callArguments);
  const pageSize = Math.min((callArguments.limit as number | undefined) ?? largestPage, largestPage);
  const withMessage = callArguments.include_message === true;
  return {
    fileName: `campaign-${callArguments.campaign_id}-statistics.csv`,
    description: `Sent mails of campaign ${callArguments.campaign_id}`,
    columns: (firstRows) => [...new Set([...usualColumns, ...firstRows.flatMap(({ cells }) => Object.keys(cells))])],
    async page(position, context) {
      const { value } = await steps.call(operation, { ...filters, limit: pageSize, offset: position }, context);
      const rows = rowsOf(value).map((row, index): SourceRow => {
        const { [messageColumn]: message, ...cells } = row;
        const next = position + index + 1;
        const key = textOf(row.stats_id) || String(next);
        return { key, cells: withMessage ? { ...cells, [messageColumn]: message } : cells, next };
      });
      const total = countOf(objectOf(value).total_stats);
      const last = total === undefined ? rows.length < pageSize : position + rows.length >= total;
      return { rows, ...(total === undefined ? {} : { total }), last: last || rows.length === 0 };
    },
  };
}
