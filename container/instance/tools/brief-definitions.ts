import type { Tool as ToolDefinition } from '@modelcontextprotocol/sdk/types.js';
import type { JsonSchema } from './json-schema.ts';
import { createReferrer, type Referrer } from './told-once.ts';

/**
 * The definitions as they stand in a list whose size has a limit. Left out is what is obvious: types of single values in output
 * schemas, formats and minimums that a name says as well; and a large object that several tools take is described by one of them.
 * Other lists, and describe_tool, tell everything.
 */
export function briefDefinitions(definitions: readonly ToolDefinition[]): ToolDefinition[] {
  const refer = createReferrer(definitions.map(({ name, inputSchema }) => ({ name, schema: inputSchema as JsonSchema })));
  return definitions.map((definition) => ({
    ...definition,
    inputSchema: briefInput(definition, refer) as ToolDefinition['inputSchema'],
    ...(definition.outputSchema === undefined ? {} : { outputSchema: namesOnly(definition.outputSchema) }),
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

function namesOnly({ properties }: OutputSchema): OutputSchema {
  return {
    type: 'object',
    properties: namesOfFields((properties ?? {}) as Record<string, JsonSchema>) as Record<string, object>,
  };
}

function namesOfFields(properties: Record<string, JsonSchema>): Record<string, JsonSchema> {
  return Object.fromEntries(
    Object.entries(properties).map(([name, { items }]) => [
      name,
      items?.properties === undefined ? {} : { items: { properties: namesOfFields(items.properties) } },
    ]),
  );
}
