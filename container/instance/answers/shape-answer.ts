import type { Operation } from '../catalogue/operation.ts';
import { isJsonObject, type JsonObject } from '../json/json-object.ts';
import type { TextAnswer } from '../smartlead/answer.ts';
import { type AnswerRows, findObject, findRows } from './answer-rows.ts';
import { unwrapEnvelope } from './envelope.ts';
import type { FieldSelection } from './field-selection.ts';
import { mailTextInPlace } from './mail-text.ts';
import { numbersInPlace } from './number-fields.ts';
import { holdsCorrespondence, outsiderTextAnswers, outsiderTextPaths } from './outsider-text.ts';
import type { Page } from './paging.ts';
import { readsToTranslate, writeWordsInPlace } from './read-words.ts';
import { fitObject, fitRows, mostAnswerBytes } from './size-limit.ts';
import { isTextAnswer, textPart } from './text-answer.ts';

/**
 * Shapes what Smartlead answered to a read: a list becomes `{items, nextCursor?, total?, ...}`, one thing stays itself, and both stay
 * below the size limit. The value is changed in place; it has just been parsed and nobody else holds it.
 */
export function shapeRead(operation: Operation, page: Page, selection: FieldSelection | undefined, value: unknown): JsonObject {
  if (isTextAnswer(value)) return shapeText(operation, page, selection, value);
  const found = findRows(operation, value);
  if (found === undefined) return shapeObject(operation, selection, findObject(operation, value));
  const { skip, nextCursor: cursorAfter } = page.open({ body: value, found });
  const rows = skip === 0 ? found.rows : found.rows.slice(skip);
  const picked = shapeRows(operation, rows, selection);
  numbersInPlace(found.rest, hasNumericIds(operation));
  const unmet = selection?.unmet(rows);
  const asText = mailToText(operation, { items: picked }, selection);
  return fitRows(picked, found.rest, (items, frame) => {
    // A list without pages of its own says how long it is once it is cut.
    const total =
      found.total ?? (operation.pagination === undefined && items.length < found.rows.length ? found.rows.length : undefined);
    const nextCursor = cursorAfter(items.length, picked.length);
    return withNotes(operation, {
      ...frame,
      items,
      ...(total === undefined ? {} : { total }),
      ...(nextCursor === undefined ? {} : { nextCursor }),
      ...unmet,
      ...asText,
    });
  });
}

/**
 * Shapes what Smartlead answered to a write. It cannot be asked again, so rows that do not fit are counted in `omittedItems`. The
 * value is not changed: the same write may be answered with it once more.
 */
export function shapeWrite(operation: Operation, value: unknown): JsonObject {
  const { content, message } = unwrapEnvelope(value);
  const said = message === undefined ? {} : { message };
  const found = rowsOfWrite(operation, value, content);
  if (found === undefined) {
    const isEmpty = isJsonObject(content) && Object.keys(content).length === 0;
    const object = structuredClone(isJsonObject(content) && !isEmpty ? { ...said, ...content } : value);
    return shapeObject(operation, undefined, object);
  }
  const rows = shapeRows(operation, structuredClone(found.rows), undefined);
  return fitRows(rows, { ...said, ...structuredClone(found.rest) }, (items, frame) =>
    withNotes(operation, {
      ...frame,
      items,
      ...(found.total === undefined ? {} : { total: found.total }),
      ...(items.length < rows.length ? { omittedItems: rows.length - items.length } : {}),
    }),
  );
}

function rowsOfWrite(operation: Operation, value: unknown, content: unknown): AnswerRows | undefined {
  if (operation.pagination !== undefined) return findRows(operation, value);
  return Array.isArray(content) ? { rows: content, rest: {} } : undefined;
}

function shapeRows(operation: Operation, rows: unknown[], selection: FieldSelection | undefined): unknown[] {
  numbersInPlace(rows, hasNumericIds(operation));
  if (readsToTranslate.has(operation.id)) for (const row of rows) writeWordsInPlace(operation.id, row);
  return selection === undefined ? rows : rows.map((row) => selection.pick(row));
}

function shapeObject(operation: Operation, selection: FieldSelection | undefined, value: unknown): JsonObject {
  const [picked] = shapeRows(operation, [value], selection);
  // `structuredContent` must be an object.
  const object = isJsonObject(picked) ? picked : { result: picked ?? null };
  const asText = mailToText(operation, object, selection);
  const unmet = selection?.unmet([value]);
  return fitObject(object, (fitted) => withNotes(operation, { ...fitted, ...unmet, ...asText }));
}

function shapeText(operation: Operation, page: Page, selection: FieldSelection | undefined, answer: TextAnswer): JsonObject {
  const { skip, nextCursor: cursorAfter } = page.open({ body: answer, found: undefined });
  const { text, count, of, truncatedFrom } = textPart(answer, skip, mostAnswerBytes - 2_000);
  const nextCursor = cursorAfter(count, of);
  return {
    contentType: answer.contentType,
    text,
    ...(nextCursor === undefined ? {} : { nextCursor }),
    ...(truncatedFrom === undefined ? {} : { truncatedFields: [{ path: 'text', length: truncatedFrom }] }),
    ...(selection === undefined ? {} : { unknownFields: selection.topNames, knownFields: ['text'] }),
    ...(outsiderTextAnswers.has(operation.id) ? { untrustedText: ['text'] } : {}),
  };
}

/** Ids of the core host are numbers, but for those of messages. */
function hasNumericIds(operation: Operation): boolean {
  return operation.host === 'core' && !operation.id.startsWith('inbox/');
}

function mailToText(operation: Operation, structured: JsonObject, selection: FieldSelection | undefined): JsonObject {
  if (!holdsCorrespondence(operation.id)) return {};
  const paths = mailTextInPlace(structured, (field) => selection?.names(field) === true);
  return paths.length === 0 ? {} : { htmlAsText: paths };
}

/** Adds the places of outsiders' text to an answer that is otherwise complete. */
function withNotes(operation: Operation, structured: JsonObject): JsonObject {
  const untrustedText = outsiderTextPaths(operation.id, structured);
  return untrustedText.length === 0 ? structured : { ...structured, untrustedText };
}
