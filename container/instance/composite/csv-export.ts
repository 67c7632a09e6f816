import type { ResourceLink } from '@modelcontextprotocol/sdk/types.js';
import { type Export, type Exports, largestExportBytes } from '../resources/exports.ts';
import { errorReport, SmartleadError } from '../smartlead/smartlead-error.ts';
import { throwIfCancelled } from '../tools/operation-steps.ts';
import type { RunContext, ToolAnswer } from '../tools/tool.ts';
import { type CsvRow, type CsvWriter, createCsvWriter } from './csv-writer.ts';

/** A row, and the position a reading that goes on after it begins with. */
export interface SourceRow {
  /** Names the row, so that one that moves to another page while pages are read is not written twice. */
  key: string;
  cells: CsvRow;
  next: number;
}

/** Where the rows of an export come from. */
export interface ExportSource {
  fileName: string;
  description: string;
  /** Columns, chosen when the first rows are known. */
  columns(firstRows: readonly SourceRow[]): string[];
  /** Fits a row into the columns, where it may have values for none of them. */
  arrange?(cells: CsvRow, columns: readonly string[]): CsvRow;
  /** Reads a page. @throws SmartleadError */
  page(position: number, context: RunContext): Promise<{ rows: SourceRow[]; total?: number; last: boolean }>;
}

export interface ExportRequest {
  source: ExportSource;
  exports: Exports;
  /** Where an earlier export ended. */
  cursor?: string;
  /** Most rows to write. */
  limit?: number;
  largestBytes?: number;
}

const previewRows = 3;
const longestPreviewCell = 80;
/** Pages without a single new row after which a source is taken for one that never ends. */
const mostEmptyPages = 3;

/**
 * Reads all pages, writes them as CSV and keeps the file as a resource. It ends early, with a cursor to go on, at the size limit of
 * one file, at the caller's own limit, and at a page that cannot be read.
 * @throws SmartleadError Where not even the first page could be read, or the call was cancelled.
 */
export async function exportCsv(request: ExportRequest, context: RunContext): Promise<ToolAnswer> {
  const { source, exports, limit = Number.POSITIVE_INFINITY, largestBytes = largestExportBytes } = request;
  const start = positionOf(request.cursor);
  const seen = new Set<string>();
  const preview: CsvRow[] = [];
  let writer: CsvWriter | undefined;
  let position = start;
  let end: Record<string, unknown> = { complete: true };
  for (let emptyPages = 0; ; ) {
    throwIfCancelled(context.signal);
    let page: Awaited<ReturnType<ExportSource['page']>>;
    try {
      page = await source.page(position, context);
    } catch (error) {
      if (writer === undefined || (error instanceof SmartleadError && error.code === 'cancelled')) throw error;
      end = { complete: false, stoppedBy: errorReport(error) };
      break;
    }
    const fresh = page.rows.filter(({ key }) => !seen.has(key));
    writer ??= await createCsvWriter(source.columns(fresh), { mostBytes: largestBytes });
    const wanted = fresh.slice(0, limit - writer.rows);
    const { columns } = writer;
    const taken = writer.add(wanted.map(({ cells }) => source.arrange?.(cells, columns) ?? cells));
    for (const { key, cells } of wanted.slice(0, taken)) {
      seen.add(key);
      if (preview.length < previewRows) preview.push(shortened(cells));
    }
    if (taken > 0) position = wanted[taken - 1]?.next ?? position;
    context.progress(writer.rows, page.total, `${writer.rows} rows`);
    if (taken < wanted.length) {
      if (writer.rows === 0)
        throw new SmartleadError('answer_too_large', 'Already the first row is larger than an export may be.');
      end = { complete: false, reason: `An export holds at most ${Math.floor(largestBytes / 1024 / 1024)} MB.` };
      break;
    }
    if (wanted.length < fresh.length || (writer.rows >= limit && !page.last)) {
      end = { complete: false, reason: 'The limit is reached.' };
      break;
    }
    emptyPages = fresh.length === 0 ? emptyPages + 1 : 0;
    if (page.last || emptyPages >= mostEmptyPages) break;
    // Rows that were all seen before still move the reading on.
    position = page.rows.at(-1)?.next ?? position;
  }
  return answerOf(
    request,
    writer,
    preview,
    { ...end, ...(end.complete === true ? {} : { nextCursor: cursorOf(position) }) },
    exports,
  );
}

function answerOf(
  { source }: ExportRequest,
  writer: CsvWriter,
  preview: readonly CsvRow[],
  end: Record<string, unknown>,
  exports: Exports,
): ToolAnswer {
  if (writer.rows === 0) return { structured: { rows: 0, ...end } };
  const { name, description, mimeType, bytes, uri, expiresAt } = exports.add({
    name: source.fileName,
    description: source.description,
    mimeType: 'text/csv',
    bytes: writer.finish(),
  });
  const link: ResourceLink = { type: 'resource_link', uri, name, description, mimeType, size: bytes.length };
  const structured = {
    uri,
    fileName: name,
    rows: writer.rows,
    bytes: bytes.length,
    columns: writer.columns,
    ...end,
    expiresAt: new Date(expiresAt).toISOString(),
    preview,
    untrustedText: ['preview'],
  } satisfies Record<string, unknown> & Pick<Export, 'uri'>;
  return { structured, links: [link] };
}

/** @throws SmartleadError `invalid_arguments` */
export function positionOf(cursor: string | undefined): number {
  if (cursor === undefined) return 0;
  const position = /^after:(\d{1,15})$/.exec(cursor)?.[1];
  if (position === undefined) {
    const message = 'must be the nextCursor of an earlier export with the same filters';
    throw new SmartleadError('invalid_arguments', `cursor ${message}.`, { issues: [{ path: 'cursor', message }] });
  }
  return Number(position);
}

function cursorOf(position: number): string {
  return `after:${position}`;
}

function shortened(cells: CsvRow): CsvRow {
  const shown = Object.entries(cells).filter(([, value]) => value !== null && value !== undefined && value !== '');
  return Object.fromEntries(
    shown.map(([name, value]) => [
      name,
      typeof value === 'string' && value.length > longestPreviewCell ? `${value.slice(0, longestPreviewCell)}…` : value,
    ]),
  );
}
