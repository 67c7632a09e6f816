import type { JsonSchema } from './json-schema.ts';

/** Takes the schema of the next tool of a list, and returns it with what an earlier one has told replaced by a reference to it. */
export type Referrer = (tool: string, schema: JsonSchema) => JsonSchema;

/** Fields that one tool described: its arguments, or those of an object it takes. */
interface ToldFields {
  tool: string;
  /** Name of the object; missing for the arguments themselves. */
  argument?: string;
  fields: Readonly<Record<string, JsonSchema>>;
}

/** References to fewer fields would be longer than the fields. */
const fewestFields = 6;

/**
 * Makes a referrer for one list. What a call cannot do without is never replaced, and neither are arguments themselves, so these are
 * told wherever in the list their tool stands; objects are told by the first tool that takes them.
 * @param all Names and schemas of the whole list.
 */
export function createReferrer(all: readonly { name: string; schema: JsonSchema }[]): Referrer {
  const everywhere = new ToldFieldSets(all.map(({ name, schema }) => ({ tool: name, fields: schema.properties ?? {} })));
  const before = new ToldFieldSets([]);
  return (tool, schema) => {
    const properties = schema.properties ?? {};
    const now: ToldFields[] = [{ tool, fields: properties }];
    let shortened = properties;
    for (const argument in properties) {
      const value = properties[argument] as JsonSchema;
      const fields = value.properties ?? value.items?.properties;
      if (fields === undefined) continue;
      const names = schema.required?.includes(argument) ? [] : Object.keys(fields);
      const source = before.best(names, fewestFields) ?? everywhere.best(names, fewestFields);
      if (source !== undefined && source.tool !== tool) {
        shortened = { ...shortened, [argument]: reference(value, fields, argument, source) };
        continue;
      }
      now.push({ tool, argument, fields });
      const map = mapNamedElsewhere(fields, properties);
      if (map !== undefined) shortened = { ...shortened, [argument]: map };
    }
    for (const fields of now) before.add(fields);
    return shortened === properties ? schema : { ...schema, properties: shortened };
  };
}

/** What has been told, found by the names of fields. */
class ToldFieldSets {
  readonly #byName = new Map<string, ToldFields[]>();

  constructor(sets: readonly ToldFields[]) {
    for (const set of sets) this.add(set);
  }

  add(told: ToldFields): void {
    for (const name in told.fields) {
      const others = this.#byName.get(name);
      if (others === undefined) this.#byName.set(name, [told]);
      else others.push(told);
    }
  }

  /** What tells most of these fields, and at least so many of them; the first of equals. */
  best(names: readonly string[], fewest: number): ToldFields | undefined {
    if (names.length < fewest) return undefined;
    const counts = new Map<ToldFields, number>();
    for (const name of names) for (const told of this.#byName.get(name) ?? []) counts.set(told, (counts.get(told) ?? 0) + 1);
    let best: ToldFields | undefined;
    let most = fewest - 1;
    for (const [told, count] of counts) {
      if (count <= most) continue;
      best = told;
      most = count;
    }
    return best;
  }
}

/** The object without the fields that are told elsewhere, and where that is. */
function reference(value: JsonSchema, fields: Record<string, JsonSchema>, argument: string, source: ToldFields): JsonSchema {
  const more = Object.entries(fields).filter(([name]) => source.fields[name] === undefined);
  const inArguments = source.argument === undefined || source.argument === argument;
  const where = inArguments ? `in ${source.tool}` : `${source.argument} of ${source.tool}`;
  const text = more.length === 0 ? `As ${where}` : `Also as ${where}`;
  const { properties: _told, required: _needed, items, description, ...others } = value;
  // Some clients drop what a schema with properties does not name.
  const inner = more.length === 0 ? {} : { properties: Object.fromEntries(more), additionalProperties: true };
  return {
    ...others,
    ...(items === undefined ? inner : { items: { type: 'object', ...inner } }),
    description: description?.includes(source.tool) ? description : [description, text].filter(Boolean).join('. '),
  };
}

/** An object whose names are the words that another argument of the tool takes: told as a map from these words. */
function mapNamedElsewhere(fields: Record<string, JsonSchema>, properties: Record<string, JsonSchema>): JsonSchema | undefined {
  const names = Object.keys(fields);
  if (names.length < fewestFields) return undefined;
  const listing = Object.keys(properties).find((name) => names.every((field) => properties[name]?.enum?.includes(field)));
  const [kind] = Object.values(fields);
  if (listing === undefined || kind === undefined) return undefined;
  return { type: 'object', additionalProperties: kind, description: `Keys: words of ${listing}` };
}
