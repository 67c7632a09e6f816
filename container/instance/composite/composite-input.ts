import type { CallArguments } from '../catalogue/call-arguments.ts';
import type { Constraint, FieldShape, Operation, Parameter } from '../catalogue/operation.ts';
import { inputSchema, type JsonSchema } from '../tools/input-schema.ts';
import { createArgumentCheck } from '../tools/input-validation.ts';
import { operationById } from '../tools/operation-steps.ts';
import { publishedSteering } from '../tools/published-input-schema.ts';
import type { Tool } from '../tools/tool.ts';

export interface CompositeInput {
  /** As published in tools/list. */
  schema: Tool['definition']['inputSchema'];
  /** @throws SmartleadError `invalid_arguments`. */
  check(callArguments: CallArguments): Promise<void>;
}

export interface CompositeInputOptions {
  fields: readonly FieldShape[];
  constraints?: readonly Constraint[];
  /** Descriptions by path, such as `mailboxes.tags` or `leads[].email`: only where the name does not say enough. */
  descriptions?: Readonly<Record<string, string>>;
  /** Fields that are accepted but not published, by path: every published field costs tokens in each conversation. */
  unpublished?: readonly string[];
  /** Fields that are published in a shorter form than they are checked in. */
  publishedAs?: Readonly<Record<string, JsonSchema>>;
  /** Whether calls may have to be confirmed, or repeated: clients send only arguments that are published. */
  isRisky?: boolean;
  /** Lists whose items the tool checks itself, in parts. */
  itemsCheckedElsewhere?: readonly string[];
}

/**
 * The input of a tool of many steps, described with the catalogue's own shapes, so that its schema and its error messages are made by
 * the same code as those of single operations.
 */
export function compositeInput(toolName: string, options: CompositeInputOptions): CompositeInput {
  const {
    fields,
    constraints = [],
    descriptions = {},
    unpublished = [],
    publishedAs = {},
    isRisky = false,
    itemsCheckedElsewhere = [],
  } = options;
  const publishedFields = fields
    .filter((field) => !unpublished.includes(field.name))
    .map((field) => withoutUnpublished(field, unpublished));
  const checkedFields = fields.map((field) =>
    itemsCheckedElsewhere.includes(field.name) ? { ...field, items: { type: 'object' as const } } : field,
  );
  const schema = inputSchema(inputOperation(toolName, publishedFields), { audience: 'published' });
  for (const [field, shorter] of Object.entries(publishedAs)) schema.properties[field] = shorter;
  for (const [path, text] of Object.entries(descriptions)) schemaAt(schema, path).description = text;
  if (isRisky) Object.assign(schema.properties, publishedSteering);
  const check = createArgumentCheck(inputOperation(toolName, checkedFields, constraints));
  return {
    schema: schema as Tool['definition']['inputSchema'],
    check: (callArguments) => check({ ...callArguments }),
  };
}

/** The parameters of an operation as fields of a tool's input. */
export function fieldsOf(operationId: string, { without = [] }: { without?: readonly string[] } = {}): FieldShape[] {
  return operationById(operationId)
    .params.filter(({ name }) => !without.includes(name))
    .map(({ in: _place, ...field }) => field);
}

/** One parameter of an operation, by name. */
export function fieldOf(operationId: string, name: string): FieldShape {
  const field = fieldsOf(operationId).find((candidate) => candidate.name === name);
  if (field === undefined) throw new Error(`${operationId} has no parameter ${name}`);
  return field;
}

/** The part of the arguments that an operation takes by the same names. */
export function argumentsFor(operationId: string, callArguments: CallArguments): Record<string, unknown> {
  const names = operationById(operationId).params.map(({ name }) => name);
  return Object.fromEntries(names.flatMap((name) => (callArguments[name] === undefined ? [] : [[name, callArguments[name]]])));
}

function withoutUnpublished(field: FieldShape, unpublished: readonly string[]): FieldShape {
  if (field.properties === undefined) return field;
  const properties = field.properties.filter(({ name }) => !unpublished.includes(`${field.name}.${name}`));
  return { ...field, properties };
}

function inputOperation(name: string, fields: readonly FieldShape[], constraints: readonly Constraint[] = []): Operation {
  const params = fields.map((field): Parameter => ({ ...field, in: 'body' }));
  return {
    id: name,
    method: 'POST',
    host: 'core',
    path: '/',
    params,
    effects: [],
    idempotent: false,
    constraints: [...constraints],
  };
}

function schemaAt(schema: JsonSchema, path: string): JsonSchema {
  return path.split('.').reduce((inner, step) => {
    const named = inner.properties?.[step.replace('[]', '')];
    const found = step.endsWith('[]') ? named?.items : named;
    if (found === undefined) throw new Error(`there is no ${path} in the schema`);
    return found;
  }, schema);
}
