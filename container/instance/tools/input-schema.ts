import type { FieldShape, Operation, ParameterType, ValueShape } from '../catalogue/operation.ts';
import { parameterNote } from './parameter-notes.ts';
import { patternOfFormat, publishedFormats } from './value-formats.ts';

/** A JSON Schema (draft 2020-12 as far as it is used here). */
export interface JsonSchema {
  type?: string | string[];
  enum?: unknown[];
  description?: string;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: boolean;
  items?: JsonSchema;
  default?: unknown;
  [keyword: string]: unknown;
}

/** Input schema of a tool: an object schema with one property per parameter, wherever the parameter goes in the request. */
export type ToolInputSchema = JsonSchema & {
  type: 'object';
  properties: Record<string, JsonSchema>;
  additionalProperties: false;
};

export interface SchemaOptions {
  /** `published` for tools/list: no keyword that a client's validator may not know. `checked` for our own validation: all rules. */
  audience: 'published' | 'checked';
}

/** The input schema of an operation, made from its parameters. Rules between parameters are not in it: see constraints.ts. */
export function inputSchema(operation: Operation, options: SchemaOptions): ToolInputSchema {
  return objectSchema(operation, operation.params, options) as ToolInputSchema;
}

/** Places where null says something that leaving the parameter out does not. Elsewhere null is accepted but not published. */
const meaningfulNulls: ReadonlySet<string> = new Set(['campaigns/get-leads-history-bulk#lead_ids']);

function objectSchema(operation: Operation, fields: readonly FieldShape[], options: SchemaOptions): JsonSchema {
  const required = fields.filter((field) => field.required).map((field) => field.name);
  return {
    type: 'object',
    properties: Object.fromEntries(fields.map((field) => [field.name, fieldSchema(operation, field, options)])),
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
  };
}

function fieldSchema(operation: Operation, field: FieldShape, options: SchemaOptions): JsonSchema {
  if (options.audience === 'checked') return valueSchema(operation, field, options);
  const nullable = field.nullable === true && meaningfulNulls.has(`${operation.id}#${field.name}`);
  const note = parameterNote(operation.id, field.name);
  return {
    ...valueSchema(operation, { ...field, nullable }, options),
    // How long a page is unless asked otherwise; other defaults are what anybody expects, and saying them would only cost tokens.
    ...(field.name === operation.pagination?.limit && field.default !== undefined ? { default: field.default } : {}),
    ...(note === undefined ? {} : { description: note }),
  };
}

function valueSchema(operation: Operation, shape: ValueShape, options: SchemaOptions): JsonSchema {
  const types = typesOf(shape);
  const allows = (type: ParameterType) => types.includes(type);
  const schema: JsonSchema = types.length === 0 ? {} : { type: types.length === 1 ? (types[0] as string) : types };
  if (shape.enum !== undefined) schema.enum = shape.nullable === true ? [...shape.enum, null] : shape.enum;
  if (shape.min !== undefined) schema.minimum = shape.min;
  if (shape.max !== undefined) schema.maximum = shape.max;
  for (const keyword of ['minLength', 'maxLength', 'minItems', 'maxItems', 'pattern'] as const) {
    if (shape[keyword] !== undefined) schema[keyword] = shape[keyword];
  }
  if (shape.format !== undefined) addFormat(schema, shape.format, options);
  if (shape.items !== undefined && (allows('array') || types.length === 0))
    schema.items = valueSchema(operation, shape.items, options);
  if (shape.properties !== undefined) {
    const nested = objectSchema(operation, shape.properties, options);
    schema.properties = nested.properties as Record<string, JsonSchema>;
    if (nested.required !== undefined) schema.required = nested.required;
    if (options.audience === 'checked') schema.additionalProperties = false;
  }
  return schema;
}

/** JSON Schema types of a shape; none where any value will do. */
function typesOf(shape: ValueShape): string[] {
  const types = Array.isArray(shape.type) ? shape.type : [shape.type];
  if (types.includes('any')) return [];
  return shape.nullable === true ? [...types, 'null'] : types;
}

function addFormat(schema: JsonSchema, format: string, { audience }: SchemaOptions): void {
  const pattern = patternOfFormat(format);
  if (pattern !== undefined) schema.pattern ??= pattern;
  else if (audience === 'checked' || publishedFormats.has(format)) schema.format = format;
}
