/** A lead as a caller gave it. */
export type Lead = Readonly<Record<string, unknown>>;

/** Leads that are sent in one request. Rows are positions in the caller's list, the first being 0. */
export interface LeadBatch {
  firstRow: number;
  lastRow: number;
  rows: readonly number[];
  leads: readonly Lead[];
}

/** A row whose address stood in the list before. */
export interface RepeatedRow {
  row: number;
  sameAs: number;
}

/**
 * Splits leads into batches. Empty fields are left out, since Smartlead refuses some of them; an address that occurs again, in whatever
 * case, is not sent again.
 * @param startAt Row to begin with. Rows before it still count when repeated addresses are looked for.
 */
export function batchLeads(
  leads: readonly Lead[],
  { size, startAt = 0 }: { size: number; startAt?: number },
): { batches: LeadBatch[]; repeated: RepeatedRow[] } {
  const firstRows = new Map<string, number>();
  const repeated: RepeatedRow[] = [];
  const kept: { row: number; lead: Lead }[] = [];
  for (const [row, given] of leads.entries()) {
    const lead = withoutEmptyFields(given);
    const address = typeof lead.email === 'string' ? lead.email.toLowerCase() : undefined;
    const sameAs = address === undefined ? undefined : firstRows.get(address);
    if (address !== undefined && sameAs === undefined) firstRows.set(address, row);
    if (row < startAt) continue;
    if (sameAs === undefined) kept.push({ row, lead });
    else repeated.push({ row, sameAs });
  }
  const batches: LeadBatch[] = [];
  for (let start = 0; start < kept.length; start += size) {
    const part = kept.slice(start, start + size);
    const rows = part.map(({ row }) => row);
    batches.push({ firstRow: rows[0] ?? 0, lastRow: rows.at(-1) ?? 0, rows, leads: part.map(({ lead }) => lead) });
  }
  return { batches, repeated };
}

function withoutEmptyFields(lead: Lead): Lead {
  const fields = Object.entries(lead).map(([name, value]) => [
    name,
    name === 'email' && typeof value === 'string' ? value.trim() : value,
  ]);
  return Object.fromEntries(fields.filter(([, value]) => value !== null && value !== undefined && value !== ''));
}
