import type { FieldShape, Operation, ValueShape } from '../catalogue/operation.ts';
import type { JsonSchema } from './json-schema.ts';
import { parameterNotes } from './parameter-notes.ts';
import { publishedKeywords, publishedType } from './published-value.ts';
import { patternOfFormat } from './value-formats.ts';

export type { JsonSchema } from './json-schema.ts';

/** Input schema of a tool: an object schema with one property per parameter, wherever the parameter goes in the request. */
export type ToolInputSchema = JsonSchema & { type: 'object'; properties: Record<string, JsonSchema> };

export interface SchemaOptions {
  /** `published` for tools/list: short, and no keyword that a client's validator may not know. `checked` for our own validation: all rules. */
  audience: 'published' | 'checked';
}

/** The input schema of an operation, made from its parameters. Rules between parameters are not in it: see constraints.ts. */
export function inputSchema({ id, params }: Pick<Operation, 'id' | 'params'>, options: SchemaOptions): ToolInputSchema {
  const schemaOf = options.audience === 'checked' ? checkedField : publishedField(id);
  const schema = objectSchema(params, '', schemaOf);
  // Published schemas leave it out: unknown arguments are refused all the same, with the names that are known.
  return (options.audience === 'checked' ? { ...schema, additionalProperties: false } : schema) as ToolInputSchema;
}

type FieldSchema = (field: FieldShape, path: string) => JsonSchema;

/** @param within Path of the object that the fields belong to, with a dot behind it; empty for the arguments themselves. */
function objectSchema(fields: readonly FieldShape[], within: string, schemaOf: FieldSchema): JsonSchema {
  const properties: Record<string, JsonSchema> = {};
  const required: string[] = [];
  for (const field of fields) {
    properties[field.name] = schemaOf(field, within + field.name);
    if (field.required) required.push(field.name);
  }
  return required.length === 0 ? { type: 'object', properties } : { type: 'object', properties, required };
}

/** Places where null says something that leaving the parameter out does not. Elsewhere null is accepted but not published. */
const meaningfulNulls: ReadonlySet<string> = new Set(['campaigns/get-leads-history-bulk#lead_ids']);

function publishedField(operationId: string): FieldSchema {
  const note = parameterNotes(operationId);
  const value = (shape: ValueShape, path: string, nullable: boolean): JsonSchema => {
    const type = publishedType(shape);
    const schema: JsonSchema = type === undefined ? {} : { type: nullable ? [type, 'null'] : type };
    Object.assign(schema, publishedKeywords(shape));
    if (shape.items !== undefined && (type === undefined || type === 'array')) schema.items = value(shape.items, path, false);
    if (shape.properties !== undefined) {
      const { properties, required } = objectSchema(shape.properties, `${path}.`, field);
      Object.assign(schema, { properties }, required === undefined ? {} : { required });
    }
    return schema;
  };
  const field: FieldSchema = (shape, path) => {
    const nullable = shape.nullable === true && meaningfulNulls.has(`${operationId}#${path}`);
    const schema = value(shape, path, nullable);
    const description = note(path);
    if (description !== undefined) schema.description = description;
    return schema;
  };
  return field;
}

const checkedKeywords = ['minLength', 'maxLength', 'minItems', 'maxItems', 'pattern'] as const;

const checkedField: FieldSchema = (shape) => checkedValue(shape);

function checkedValue(shape: ValueShape): JsonSchema {
  const types = [shape.type].flat().filter((type) => type !== 'any') as string[];
  if (types.length > 0 && shape.nullable === true) types.push('null');
  const schema: JsonSchema = types.length === 0 ? {} : { type: types.length === 1 ? (types[0] as string) : types };
  if (shape.enum !== undefined) schema.enum = shape.nullable === true ? [...shape.enum, null] : shape.enum;
  if (shape.min !== undefined) schema.minimum = shape.min;
  if (shape.max !== undefined) schema.maximum = shape.max;
  for (const keyword of checkedKeywords) if (shape[keyword] !== undefined) schema[keyword] = shape[keyword];
  if (shape.format !== undefined) {
    const pattern = patternOfFormat(shape.format);
    if (pattern === undefined) schema.format = shape.format;
    else schema.pattern ??= pattern;
  }
  if (shape.items !== undefined && (types.length === 0 || types.includes('array'))) schema.items = checkedValue(shape.items);
  if (shape.properties !== undefined) {
    const { properties, required } = objectSchema(shape.properties, '', checkedField);
    Object.assign(schema, { properties, additionalProperties: false }, required === undefined ? {} : { required });
  }
  return schema;
}
