import type { Operation } from './catalogue.ts';
import { Refusal } from './refusal.ts';
import type { Fault } from './validator.ts';

/**
 * The lists of the master inbox refuse a page size and an over-long id filter in shapes of their own, where everything else speaks
 * the validator's shape. Answers undefined where the fault is none of these. Source: the reference's inbox pages.
 */
export function inboxRefusal(operation: Operation, fault: Fault): Refusal | undefined {
  if (operation.group !== 'inbox' || fault.schema === undefined) return undefined;
  const { schema, value, path } = fault;
  const name = path.split('.').at(-1) ?? path;
  if (path === 'limit' && typeof value === 'number' && Number.isInteger(value)) {
    return new Refusal(400, {
      error: `limit must be between ${schema.min} and ${schema.max}`,
      field: 'limit',
      provided_value: value,
    });
  }
  if (path.startsWith('filters.') && Array.isArray(value) && schema.maxItems !== undefined && value.length > schema.maxItems) {
    return new Refusal(400, {
      error: `${name} array cannot exceed ${schema.maxItems} items`,
      field: path,
      provided_count: value.length,
      max_allowed: schema.maxItems,
    });
  }
  return undefined;
}
