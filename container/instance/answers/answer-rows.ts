import type { Operation } from '../catalogue/operation.ts';
import { isJsonObject, type JsonObject } from '../json/json-object.ts';
import { saysOnlySuccess, unwrapEnvelope } from './envelope.ts';

/** A list as Smartlead answered it, whatever shape that was. */
export interface AnswerRows {
  rows: unknown[];
  /** What the answer says beside its rows and its paging. */
  rest: JsonObject;
  /** How many rows there are on all pages, where the answer says so. */
  total?: number;
  /** Whether there is another page, where the answer says so. */
  hasMore?: boolean;
  /** How many rows a page holds, where the answer says so. */
  pageSize?: number;
}

/** Names under which answers keep their rows beside other fields. Source: response shapes of the catalogue. */
const rowNames = [
  'items',
  'data',
  'list',
  'lists',
  'messages',
  'history',
  'replies',
  'untracked_replies',
  'result',
  'results',
  'summary',
];

const totalNames = ['total_leads', 'total_stats', 'total_count', 'totalCount', 'total'];
const moreNames = ['hasMore', 'has_more'];
const sizeNames = ['limit', 'visual_limit'];
const positionNames = ['offset', 'skip', 'visual_offset', 'scroll_id'];
const pagingNames: ReadonlySet<string> = new Set([...totalNames, ...moreNames, ...sizeNames, ...positionNames, 'pagination']);

/** Operations that look up one thing and answer with a list of one. */
const listsOfOne: ReadonlySet<string> = new Set(['campaigns/get-lead-by-id']);
/** Answers with an object of lists, one for each lead id. */
const historyByLead = 'campaigns/get-leads-history-bulk';

/**
 * Finds the rows in an answer: a bare list, a list in envelopes, or a list beside paging and other fields.
 * @returns undefined where the answer is about one thing, whose lists are parts of it.
 */
export function findRows(operation: Operation, body: unknown): AnswerRows | undefined {
  const { content } = unwrapEnvelope(body);
  if (Array.isArray(content))
    return listsOfOne.has(operation.id) && content.length === 1 ? undefined : { rows: content, rest: {} };
  if (!isJsonObject(content)) return undefined;
  if (operation.id === historyByLead) return rowsByLead(content);
  const name = nameOfRows(operation, content);
  if (name === undefined) return undefined;
  const rows = content[name] as unknown[];
  if (listsOfOne.has(operation.id) && rows.length === 1) return undefined;
  return { rows, ...pagingOf(content), rest: restOf(content, name) };
}

/** The one thing an answer is about. */
export function findObject(operation: Operation, body: unknown): unknown {
  const { content } = unwrapEnvelope(body);
  return listsOfOne.has(operation.id) && Array.isArray(content) ? content[0] : content;
}

function nameOfRows(operation: Operation, content: JsonObject): string | undefined {
  const telling = Object.keys(content).filter((name) => !pagingNames.has(name) && !saysOnlySuccess(name, content[name]));
  const lists = telling.filter((name) => Array.isArray(content[name]));
  const [only] = lists;
  // A list that is all there is; under a number it belongs to the thing of that id.
  if (telling.length === 1 && only !== undefined && !/^\d+$/.test(only)) return only;
  // What has an id of its own is one thing.
  if (content.id === undefined) {
    const known = rowNames.find((name) => Array.isArray(content[name]));
    if (known !== undefined) return known;
  }
  return operation.pagination !== undefined && lists.length === 1 ? only : undefined;
}

function pagingOf(content: JsonObject): Pick<AnswerRows, 'total' | 'hasMore' | 'pageSize'> {
  const inner = isJsonObject(content.pagination) ? content.pagination : {};
  const total = countAmong(totalNames, content) ?? countAmong(totalNames, inner);
  const pageSize = countAmong(sizeNames, content) ?? countAmong(sizeNames, inner);
  const hasMore = [content, inner].flatMap((fields) => moreNames.map((name) => fields[name])).find(isBoolean);
  return {
    ...(total === undefined ? {} : { total }),
    ...(pageSize === undefined ? {} : { pageSize }),
    ...(hasMore === undefined ? {} : { hasMore }),
  };
}

/** The first of these fields that holds a count; Smartlead writes some counts as text. */
function countAmong(names: readonly string[], fields: JsonObject): number | undefined {
  for (const name of names) {
    const value = fields[name];
    const count = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
    if (typeof count === 'number' && Number.isSafeInteger(count) && count >= 0) return count;
  }
  return undefined;
}

function restOf(content: JsonObject, nameOfRows: string): JsonObject {
  return Object.fromEntries(
    Object.entries(content).filter(
      ([name, value]) => name !== nameOfRows && !pagingNames.has(name) && !saysOnlySuccess(name, value),
    ),
  );
}

function rowsByLead(content: JsonObject): AnswerRows | undefined {
  const entries = Object.entries(content);
  if (!entries.every(([leadId, messages]) => /^\d+$/.test(leadId) && Array.isArray(messages))) return undefined;
  return { rows: entries.map(([leadId, messages]) => ({ lead_id: Number(leadId), messages })), rest: {} };
}

function isBoolean(value: unknown): value is boolean {
  return typeof value === 'boolean';
}
