import type { stringify as stringifyFunction } from 'csv-stringify/sync';

/** Values of one row by column. */
export type CsvRow = Readonly<Record<string, unknown>>;

/** Builds a CSV text (RFC 4180, UTF-8, no byte order mark) piece by piece and knows how long it is. */
export interface CsvWriter {
  readonly columns: readonly string[];
  readonly bytes: number;
  readonly rows: number;
  /**
   * Adds rows in their order.
   * @returns How many were taken: fewer than given where the next would make the text longer than allowed.
   */
  add(rows: readonly CsvRow[]): number;
  finish(): Buffer;
}

let stringify: typeof stringifyFunction | undefined;

/**
 * Makes a writer. Cells that a spreadsheet would run as a formula (they begin with `=`, `+`, `-`, `@`, a tab or a carriage return) get
 * an apostrophe in front: what stands in lead fields was written by outsiders. Negative numbers are left as they are. Cells with a
 * semicolon, a tab or half a line end are quoted: some spreadsheets split there, and what follows would begin a cell of its own.
 */
export async function createCsvWriter(columns: readonly string[], { mostBytes }: { mostBytes: number }): Promise<CsvWriter> {
  // Loaded with the first export: most instances never make one.
  stringify ??= (await import('csv-stringify/sync')).stringify;
  const write = stringify;
  const textOf = (rows: unknown[][]) =>
    write(rows, { escape_formulas: true, quoted_match: /[;\t\r\n]/, record_delimiter: 'windows' });
  const lines = (rows: readonly CsvRow[]) => textOf(rows.map((row) => columns.map((column) => cellOf(row[column]))));
  const header = Buffer.from(textOf([[...columns]]));
  const parts: Buffer[] = [header];
  let bytes = header.length;
  let written = 0;
  const addPart = (rows: readonly CsvRow[]): boolean => {
    const part = Buffer.from(lines(rows));
    if (bytes + part.length > mostBytes) return false;
    parts.push(part);
    bytes += part.length;
    written += rows.length;
    return true;
  };
  return {
    columns,
    get bytes() {
      return bytes;
    },
    get rows() {
      return written;
    },
    add(rows) {
      if (rows.length === 0 || addPart(rows)) return rows.length;
      // It does not fit as a whole, which happens once at the end: find out how much of it does.
      const taken = rows.findIndex((row) => !addPart([row]));
      return taken === -1 ? rows.length : taken;
    },
    finish: () => Buffer.concat(parts),
  };
}

/** What is written for a value: nothing for null, JSON for anything nested. */
function cellOf(value: unknown): string | number | boolean | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'number') return value;
  return typeof value === 'boolean' ? String(value) : JSON.stringify(value);
}
