import type { Tool as ToolDefinition } from '@modelcontextprotocol/sdk/types.js';
import type { JsonSchema } from './json-schema.ts';
import { createReferrer, type Referrer } from './told-once.ts';

export interface BriefOptions {
  /**
   * What output schemas name: `columns` also those of rows; `fields` only the first fields that reads answer with, so that a list of
   * rows is told as such. What writes answer says little and is left out.
   */
  answers: 'columns' | 'fields';
}

/**
 * The definitions as they stand in a list whose size has a limit. Left out is what is obvious: types of single values in output
 * schemas, formats and minimums that a name says as well; and a large object that several tools take is described by one of them.
 * Other lists, and describe_tool, tell everything.
 */
export function briefDefinitions(
  definitions: readonly ToolDefinition[],
  { answers }: BriefOptions = { answers: 'columns' },
): ToolDefinition[] {
  const refer = createReferrer(definitions.map(({ name, inputSchema }) => ({ name, schema: inputSchema as JsonSchema })));
  return definitions.map((definition) => ({
    ...definition,
    inputSchema: briefInput(definition, refer) as ToolDefinition['inputSchema'],
    ...briefOutput(definition, answers),
  }));
}

function briefInput({ name, inputSchema }: ToolDefinition, refer: Referrer): JsonSchema {
  const schema = refer(name, inputSchema as JsonSchema);
  const properties = schema.properties ?? {};
  const brief = briefFields(properties);
  if (isListOfNames(properties.fields)) return { ...schema, properties: { ...brief, fields: namesAsText } };
  return brief === properties ? schema : { ...schema, properties: brief };
}

/** The columns to pick, as text with commas: every read takes both forms, and this one is shorter to describe. */
const namesAsText: JsonSchema = { type: 'string' };

function isListOfNames(field: JsonSchema | undefined): boolean {
  return field?.type === 'array' && field.items?.type === 'string';
}

/** The same object where there is nothing to leave out, as in most: this runs while the instance starts. */
function briefFields(fields: Record<string, JsonSchema>): Record<string, JsonSchema> {
  let brief = fields;
  for (const name in fields) {
    const field = fields[name] as JsonSchema;
    const shorter = briefValue(field);
    if (shorter === field) continue;
    if (brief === fields) brief = { ...fields };
    brief[name] = shorter;
  }
  return brief;
}

const obviousFormats: ReadonlySet<unknown> = new Set(['email', 'uri']);
const obviousMinimums: ReadonlySet<unknown> = new Set([0, 1]);

function briefValue(schema: JsonSchema): JsonSchema {
  const { format, minimum, items, properties } = schema;
  const shorterItems = items === undefined ? undefined : briefValue(items);
  const shorterFields = properties === undefined ? undefined : briefFields(properties);
  const obviousFormat = obviousFormats.has(format);
  const obviousMinimum = obviousMinimums.has(minimum);
  if (!obviousFormat && !obviousMinimum && shorterItems === items && shorterFields === properties) return schema;
  const brief = { ...schema };
  if (obviousFormat) delete brief.format;
  if (obviousMinimum) delete brief.minimum;
  if (shorterItems !== undefined) brief.items = shorterItems;
  if (shorterFields !== undefined) brief.properties = shorterFields;
  return brief;
}

type OutputSchema = NonNullable<ToolDefinition['outputSchema']>;

function briefOutput(
  { outputSchema, annotations }: ToolDefinition,
  answers: BriefOptions['answers'],
): { outputSchema?: OutputSchema | undefined } {
  if (outputSchema === undefined) return {};
  if (answers === 'fields' && annotations?.readOnlyHint !== true) return { outputSchema: undefined };
  const properties = (outputSchema.properties ?? {}) as Record<string, JsonSchema>;
  const names = answers === 'columns' ? namesOfFields(properties) : firstNames(properties);
  return { outputSchema: saysNothing(names) ? { type: 'object' } : { type: 'object', properties: names } };
}

/** Whether an answer is known to say that the call went well, and nothing else. */
function saysNothing(names: Record<string, object>): boolean {
  return Object.keys(names).every((name) => name === 'ok');
}

const mostNames = 3;

/** The instructions of the server say that lists have `nextCursor`. */
function firstNames(properties: Record<string, JsonSchema>): Record<string, object> {
  const names = Object.keys(properties).filter((name) => name !== 'nextCursor');
  return Object.fromEntries(names.slice(0, mostNames).map((name) => [name, {}]));
}

function namesOfFields(properties: Record<string, JsonSchema>): Record<string, object> {
  return Object.fromEntries(
    Object.entries(properties).map(([name, { items }]) => {
      const columns = Object.entries(items?.properties ?? {});
      return [name, columns.length === 0 ? {} : { items: { properties: namesOfFields(Object.fromEntries(columns)) } }];
    }),
  );
}
