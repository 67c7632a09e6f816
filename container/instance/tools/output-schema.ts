import type { Tool as ToolDefinition } from '@modelcontextprotocol/sdk/types.js';
import type { Operation } from '../catalogue/operation.ts';
import { objectFields, rowColumns } from './answer-columns.ts';
import type { JsonSchema } from './json-schema.ts';

/**
 * Fields of error reports. Clients of the 1.x SDK hold failures against the output schema, too, so at the top of an answer these are
 * not given a type.
 */
const errorReportFields: ReadonlySet<string> = new Set(['status', 'message', 'code', 'confirm', 'issues', 'needs', 'verify']);

/** Types by the marks of answer-columns.ts. Anything may be null, and Smartlead writes some numbers as text at times. */
const types = {
  '': ['string', 'null'],
  '#': ['number', 'string', 'null'],
  '?': ['boolean', 'null'],
  '[]': ['array', 'null'],
  '{}': ['object', 'null'],
} as const satisfies Record<string, readonly string[]>;

/**
 * The output schema of an operation's tool, where the shape of its answers is known. It promises nothing but types: columns may be
 * missing, as a call picks them with `fields`, and others may be there.
 */
export function outputSchema({ id, pagination }: Operation): ToolDefinition['outputSchema'] {
  const columns = rowColumns[id];
  if (columns !== undefined) {
    const items: JsonSchema = { type: 'array', items: { type: 'object', properties: fieldSchemas(columns) } };
    return { type: 'object', properties: { items, ...(pagination === undefined ? {} : { nextCursor: { type: 'string' } }) } };
  }
  const fields = objectFields[id];
  if (fields === undefined) return undefined;
  const properties = fieldSchemas(fields);
  for (const name of errorReportFields) if (properties[name] !== undefined) properties[name] = {};
  return { type: 'object', properties: properties as Record<string, object> };
}

function fieldSchemas(text: string): Record<string, JsonSchema> {
  return Object.fromEntries(
    text.split(' ').flatMap((word) => {
      const [, name = '', mark = ''] = /^(\w+)(.*)$/.exec(word) ?? [];
      return name === '' ? [] : [[name, { type: [...types[mark as keyof typeof types]] }]];
    }),
  );
}
