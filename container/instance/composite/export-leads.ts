import type { CallArguments } from '../catalogue/call-arguments.ts';
import type { FieldShape } from '../catalogue/operation.ts';
import { toolName } from '../catalogue/tool-name.ts';
import { countOf, objectOf, rowsOf } from '../json/json-value.ts';
import type { Exports } from '../resources/exports.ts';
import type { OperationCaller } from '../smartlead/operation-caller.ts';
import { createOperationSteps, type OperationSteps, operationById } from '../tools/operation-steps.ts';
import type { Tool } from '../tools/tool.ts';
import { argumentsFor, compositeInput, fieldsOf } from './composite-input.ts';
import { type ExportSource, exportCsv, positionOf } from './csv-export.ts';
import { cursorField, exportNote, limitField } from './export-fields.ts';
import { arrangeLead, campaignLeadRow, leadColumns, listLeadRow } from './lead-columns.ts';
import { listLeadsOperation } from './list-leads-operation.ts';

const name = 'export_leads';
const campaignFilters = fieldsOf('campaigns/get-leads', { without: ['campaign_id', 'limit', 'offset'] });
const identifier = (field: string): FieldShape => ({ name: field, type: 'integer', required: false });

const input = compositeInput(name, {
  fields: [identifier('campaign_id'), identifier('list_id'), ...campaignFilters, limitField, cursorField],
  constraints: [
    { kind: 'exactly_one_of', params: ['campaign_id', 'list_id'] },
    { kind: 'excludes', param: 'list_id', params: campaignFilters.map((field) => field.name) },
  ],
  unpublished: ['last_sent_time_gt', 'event_time_gt'],
  descriptions: { list_id: 'Lead list, in place of a campaign' },
});

/** The tool that writes the leads of a campaign or a list into a CSV file. */
export function createExportLeadsTool(caller: OperationCaller, exports: Exports): Tool {
  const steps = createOperationSteps(caller);
  return {
    definition: {
      name,
      description: `Leads of a campaign, filtered, or of a lead list as CSV. ${exportNote}`,
      inputSchema: input.schema,
      annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
    },
    toolset: 'leads',
    administrative: false,
    effects: () => ['read'],
    // No tool lists the leads of a list; the one that reads a list comes closest.
    madeOf: ({ list_id }) => [toolName(list_id == null ? 'campaigns/get-leads' : 'lead-lists/get-by-id')],
    async check(callArguments) {
      await input.check(callArguments);
      positionOf(callArguments.cursor as string | undefined);
    },
    consequence: async () => ({ summary: 'export leads' }),
    run(callArguments, context) {
      const { limit, cursor } = callArguments as { limit?: number; cursor?: string };
      const source = callArguments.list_id === undefined ? campaignLeads(steps, callArguments) : listLeads(steps, callArguments);
      const request = { source, exports, ...(limit === undefined ? {} : { limit }), ...(cursor === undefined ? {} : { cursor }) };
      return exportCsv(request, context);
    },
  };
}

function campaignLeads(steps: OperationSteps, callArguments: CallArguments): ExportSource {
  const operation = operationById('campaigns/get-leads');
  const { limit: _rows, ...filters } = argumentsFor(operation.id, callArguments);
  const pageSize = Math.min((callArguments.limit as number | undefined) ?? 100, 100);
  return {
    fileName: `campaign-${callArguments.campaign_id}-leads.csv`,
    description: `Leads of campaign ${callArguments.campaign_id}`,
    columns: (firstRows) => leadColumns(firstRows, { membership: true }),
    arrange: arrangeLead,
    async page(position, context) {
      const { value } = await steps.call(operation, { ...filters, limit: pageSize, offset: position }, context);
      const rows = rowsOf(value).map((row, index) => campaignLeadRow(row, position + index + 1));
      const total = countOf(objectOf(value).total_leads);
      const last = total === undefined ? rows.length < pageSize : position + rows.length >= total;
      return { rows, ...(total === undefined ? {} : { total }), last: last || rows.length === 0 };
    },
  };
}

function listLeads(steps: OperationSteps, callArguments: CallArguments): ExportSource {
  const listId = callArguments.list_id as number;
  const pageSize = Math.min((callArguments.limit as number | undefined) ?? 1000, 1000);
  return {
    fileName: `list-${listId}-leads.csv`,
    description: `Leads of lead list ${listId}`,
    columns: (firstRows) => leadColumns(firstRows, { membership: false }),
    arrange: arrangeLead,
    async page(position, context) {
      const after = position === 0 ? {} : { lastSeenLeadId: position };
      const { value } = await steps.call(listLeadsOperation, { listId, limit: pageSize, ...after }, context);
      const leads = rowsOf(value, 'leads');
      // No leads is also what a list has that does not exist; reading the list tells which.
      if (position === 0 && leads.length === 0) await steps.call(operationById('lead-lists/get-by-id'), { id: listId }, context);
      const rows = leads.map((lead) => listLeadRow(lead, countOf(lead.id) ?? position));
      return { rows, last: rows.length < pageSize };
    },
  };
}
