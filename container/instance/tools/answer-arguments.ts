import { isRead } from '../catalogue/catalogue.ts';
import type { Operation } from '../catalogue/operation.ts';
import type { JsonSchema } from './json-schema.ts';

/** Reads whose rows, or whose one row, have more columns than one usually wants. All others take `fields`, too, but need it less. */
const wideAnswers: ReadonlySet<string> = new Set([
  'campaign-statistics/lead-statistics',
  'campaigns/all-leads-activities',
  'campaigns/get-all',
  'campaigns/get-by-id',
  'campaigns/get-email-accounts',
  'campaigns/get-lead-history',
  'campaigns/get-leads',
  'campaigns/get-sequences',
  'campaigns/statistics',
  'email-accounts/get-all',
  'email-accounts/get-by-id',
  'inbox/get-messages',
  'inbox/get-sent',
  'inbox/get-unread',
  'inbox/get-untracked',
  'inbox/get-views',
  'leads/get-by-email',
  'smart-prospect/get-contacts',
  'smart-prospect/search-contacts',
]);

const fields: JsonSchema = { type: 'array', items: { type: 'string' } };
const cursor: JsonSchema = { type: 'string' };
/** Also comma-separated, as models often write it. Null is nothing: clients whose model must name every argument write it so. */
const fieldsOrText: JsonSchema = { type: ['array', 'string', 'null'], items: { type: 'string' } };
const cursorOrNothing: JsonSchema = { type: ['string', 'null'] };

/** The arguments of a read that say which part of the answer is wanted: `fields` picks columns, `cursor` the page. */
export function answerArguments(operation: Operation, audience: 'published' | 'checked'): Record<string, JsonSchema> {
  if (!isRead(operation)) return {};
  const paged = operation.pagination !== undefined;
  if (audience === 'checked') return { fields: fieldsOrText, cursor: cursorOrNothing };
  return { ...(wideAnswers.has(operation.id) ? { fields } : {}), ...(paged ? { cursor } : {}) };
}

/** The API's own name for where a page of a read starts. It is accepted, but `cursor` says the same for every tool. */
export function pagePositionParameter(operation: Operation): string | undefined {
  const { pagination } = operation;
  if (pagination === undefined || !isRead(operation)) return undefined;
  return pagination.style === 'cursor' ? pagination.cursor : pagination.offset;
}
