import { objectOf, textOf } from '../json/json-value.ts';
import type { SourceRow } from './csv-export.ts';
import type { CsvRow } from './csv-writer.ts';

const personColumns = [
  'email',
  'first_name',
  'last_name',
  'company_name',
  'phone_number',
  'website',
  'location',
  'linkedin_profile',
  'company_url',
  'is_unsubscribed',
] as const;

const membershipColumns = ['campaign_lead_map_id', 'status', 'lead_category_id', 'created_at'] as const;
const restColumn = 'other_custom_fields';
const mostCustomColumns = 100;

/** A lead of a campaign, with what the campaign says of it, as cells. Custom fields become columns of their own. */
export function campaignLeadRow(row: Readonly<Record<string, unknown>>, next: number): SourceRow {
  const lead = objectOf(row.lead);
  const cells = { lead_id: lead.id, ...picked(row, membershipColumns), ...personCells(lead) };
  return { key: textOf(row.campaign_lead_map_id) || textOf(lead.id), cells, next };
}

/** A lead of a list as cells. */
export function listLeadRow(lead: Readonly<Record<string, unknown>>, next: number): SourceRow {
  return { key: textOf(lead.id), cells: { lead_id: lead.id, created_at: lead.created_at, ...personCells(lead) }, next };
}

/**
 * The columns of leads. A custom field has its own where one of the first rows has it; one that turns up later than that goes into the
 * last column, as JSON, because the header has been written by then.
 */
export function leadColumns(firstRows: readonly SourceRow[], { membership }: { membership: boolean }): string[] {
  const custom = new Set<string>();
  for (const { cells } of firstRows) {
    for (const name of Object.keys(cells)) if (name.startsWith(customPrefix) && custom.size < mostCustomColumns) custom.add(name);
  }
  const own = membership ? membershipColumns : (['created_at'] as const);
  return ['lead_id', ...own, ...personColumns, ...custom, restColumn];
}

/** Puts the custom fields that have no column into the last one. */
export function arrangeLead(cells: CsvRow, columns: readonly string[]): CsvRow {
  const rest = Object.entries(cells).filter(([name]) => name.startsWith(customPrefix) && !columns.includes(name));
  if (rest.length === 0) return cells;
  return { ...cells, [restColumn]: Object.fromEntries(rest.map(([name, value]) => [name.slice(customPrefix.length), value])) };
}

const customPrefix = 'custom_fields.';

function personCells(lead: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const custom = Object.entries(objectOf(lead.custom_fields)).map(([name, value]) => [`${customPrefix}${name}`, value]);
  return { ...picked(lead, personColumns), ...Object.fromEntries(custom) };
}

function picked(row: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [name, row[name]]));
}
