import { isJsonObject, type JsonObject } from '../json/json-object.ts';
import { byteLength } from './byte-length.ts';
import { joinPath } from './field-path.ts';

/** A text, or a list, of which only the head is there. */
export interface TruncatedField {
  /** Path from the top of the answer, such as `items[0].email_body`; empty for all of it. */
  path: string;
  /** Length of the whole: characters of a text, elements of a list, fields of an object. */
  length: number;
}

/** Longest text and most elements, from generous to next to nothing. Texts give way first: mail bodies are what makes an answer big. */
const textSteps = [24_000, 12_000, 6_000, 3_000, 1_500, 700, 300].map((text) => ({
  text,
  elements: Number.POSITIVE_INFINITY,
}));
const listSteps = [
  ...[500, 200, 100, 50, 20, 8, 3].map((elements) => ({ text: 300, elements })),
  { text: 60, elements: 3 },
  { text: 0, elements: 0 },
] as const;

const mostListed = 20;
/** Longer paths hold names that outsiders chose; their beginning tells them apart. */
const longestPath = 120;

/**
 * Cuts the longest texts, and if need be lists, of a value to heads until its JSON fits. Its JSON stays JSON, and what is short stays
 * whole. The value itself is not changed.
 * @param mostBytes Bytes its JSON may have.
 * @param path Where the value stands in the answer.
 */
export function shorten(value: unknown, mostBytes: number, path: string): { value: unknown; truncated: TruncatedField[] } {
  const attempt = (limits: Limits) => {
    const truncated: TruncatedField[] = [];
    const shortened = cut(value, limits, path, truncated);
    if (byteLength(shortened) > mostBytes) return undefined;
    return { value: shortened, truncated: truncated.slice(0, mostListed).map(withShortPath) };
  };
  // Asked first, because each attempt goes through all of a value that may have many megabytes.
  const shortestTexts = attempt(textSteps.at(-1) as Limits);
  for (const limits of shortestTexts === undefined ? listSteps : textSteps) {
    const fitting = attempt(limits);
    if (fitting !== undefined) return fitting;
  }
  return { value: null, truncated: [{ path, length: 0 }] };
}

function withShortPath({ path, length }: TruncatedField): TruncatedField {
  return { path: path.slice(0, longestPath), length };
}

interface Limits {
  text: number;
  elements: number;
}

function cut(value: unknown, limits: Limits, path: string, truncated: TruncatedField[]): unknown {
  if (typeof value === 'string') {
    if (value.length <= limits.text) return value;
    truncated.push({ path, length: value.length });
    return headOf(value, limits.text);
  }
  if (Array.isArray(value)) {
    if (value.length > limits.elements) truncated.push({ path, length: value.length });
    return value.slice(0, limits.elements).map((element, index) => cut(element, limits, `${path}[${index}]`, truncated));
  }
  return isJsonObject(value) ? cutFields(value, limits, path, truncated) : value;
}

function cutFields(fields: JsonObject, limits: Limits, path: string, truncated: TruncatedField[]): JsonObject {
  const entries = Object.entries(fields);
  // A row keeps its own columns; an object with hundreds of fields is a list by another name.
  const most = Math.max(limits.elements, limits.text === 0 ? 0 : 60);
  if (entries.length > most) truncated.push({ path, length: entries.length });
  return Object.fromEntries(
    entries.slice(0, most).map(([name, value]) => [name, cut(value, limits, joinPath(path, name), truncated)]),
  );
}

/** The first characters, with a sign that there are more; never half of a character. */
function headOf(text: string, length: number): string {
  const last = text.charCodeAt(length - 1);
  return `${text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length)}…`;
}
