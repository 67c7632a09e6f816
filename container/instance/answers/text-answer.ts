import { isJsonObject } from '../json/json-object.ts';
import type { TextAnswer } from '../smartlead/answer.ts';
import { byteLength } from './byte-length.ts';

/** The part of a text that fits into one answer. */
export interface TextPart {
  text: string;
  /** Records of the part and records that were left, its own included. A text that is no CSV is one record. */
  count: number;
  of: number;
  /** Length of the whole, where a single record is too long and only its head is there. */
  truncatedFrom?: number;
}

export function isTextAnswer(value: unknown): value is TextAnswer & Record<string, unknown> {
  return (
    isJsonObject(value) &&
    typeof value.contentType === 'string' &&
    typeof value.text === 'string' &&
    Object.keys(value).length === 2
  );
}

/**
 * Takes as many whole records of a CSV text as fit, each time under its heading.
 * @param skip Records, the heading not counted, that were delivered before.
 * @param mostBytes Bytes the text may have as JSON.
 */
export function textPart({ contentType, text }: TextAnswer, skip: number, mostBytes: number): TextPart {
  if (skip === 0 && byteLength(text) <= mostBytes) return { text, count: 1, of: 1 };
  if (contentType !== 'text/csv') return { ...headOf(text, mostBytes), count: 1, of: 1 };
  const [heading = '', ...records] = csvRecords(text);
  const left = records.slice(skip);
  let used = byteLength(heading);
  let count = 0;
  while (count < left.length) {
    used += byteLength(left[count]);
    if (used > mostBytes) break;
    count += 1;
  }
  if (count > 0 || left.length === 0) return { text: heading + left.slice(0, count).join(''), count, of: left.length };
  const head = headOf(heading + left[0], mostBytes);
  return { ...head, text: closed(head.text), count: 1, of: left.length };
}

function headOf(text: string, mostBytes: number): Pick<TextPart, 'text' | 'truncatedFrom'> {
  // A character takes at most six bytes as JSON.
  return { text: `${text.slice(0, Math.floor(mostBytes / 6) - 1).toWellFormed()}…`, truncatedFrom: text.length };
}

/** The records with their line ends; a line break between quotes ends none. */
function csvRecords(text: string): string[] {
  const records: string[] = [];
  let start = 0;
  let quoted = false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === 34) quoted = !quoted;
    else if (code === 10 && !quoted) {
      records.push(text.slice(start, index + 1));
      start = index + 1;
    }
  }
  if (start < text.length) records.push(text.slice(start));
  return records;
}

/** Ends the quotes that a cut left open. */
function closed(text: string): string {
  return text.split('"').length % 2 === 0 ? `${text}"` : text;
}
