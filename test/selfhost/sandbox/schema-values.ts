import fc from 'fast-check';
import type { FieldShape, Operation, Parameter, ParameterType, ValueShape } from '../../../selfhost/sandbox/catalogue.ts';
import type { RawArguments } from '../../../selfhost/sandbox/validator.ts';

const formatSamples: Record<string, string[]> = {
  email: ['lead@example.com', 'a.b+c@mail.firm.test'],
  uri: ['https://example.com/hook', 'http://localhost:9000/'],
  date: ['2026-01-31', '2026-02-01'],
  'date-time': ['2026-01-31T10:00:00Z', '2026-01-31 10:33:02.000Z', '2026-01-31T10:00:00+02:00', '2026-01-31'],
  'iana-timezone': ['UTC', 'Europe/Berlin', 'America/New_York'],
  'csv-integer': ['1', '1,22,333'],
  'hh:mm': ['00:00', '09:30', '23:59'],
  'hex-color': ['#A1b2C3'],
};

const typesOf = (schema: ValueShape) => (Array.isArray(schema.type) ? schema.type : [schema.type]);

/** Any value the schema accepts. */
export function validValue(schema: ValueShape): fc.Arbitrary<unknown> {
  const byType = fc.oneof(...typesOf(schema).map((type) => validOfType(schema, type)));
  return schema.nullable === true
    ? fc.oneof({ weight: 4, arbitrary: byType }, { weight: 1, arbitrary: fc.constant(null) })
    : byType;
}

function validOfType(schema: ValueShape, type: ParameterType): fc.Arbitrary<unknown> {
  if (schema.enum !== undefined && type !== 'array') return fc.constantFrom(...schema.enum);
  switch (type) {
    case 'string':
      if (schema.pattern !== undefined) return fc.stringMatching(new RegExp(schema.pattern));
      if (schema.format !== undefined) return fc.constantFrom(...(formatSamples[schema.format] ?? ['text']));
      return fc.string({ minLength: Math.max(1, schema.minLength ?? 0), maxLength: Math.min(30, schema.maxLength ?? 30) });
    case 'integer':
      return fc.integer({ min: schema.min ?? -1000, max: schema.max ?? 1_000_000 });
    case 'number':
      return fc.integer({ min: schema.min ?? -1000, max: schema.max ?? 1_000_000 }).map((value) => value + 0.25);
    case 'boolean':
      return fc.boolean();
    case 'array': {
      const minLength = schema.minItems ?? 0;
      return fc.array(validValue(schema.items ?? { type: 'any' }), {
        minLength,
        maxLength: Math.max(minLength, Math.min(4, schema.maxItems ?? 4)),
      });
    }
    case 'object':
      return schema.properties === undefined
        ? fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.string(), { maxKeys: 3 })
        : validFields(schema.properties);
    case 'any':
      return fc.oneof(fc.string(), fc.integer(), fc.boolean());
  }
}

function validFields(schemas: readonly FieldShape[]): fc.Arbitrary<Record<string, unknown>> {
  const requiredKeys = schemas.filter((schema) => schema.required).map((schema) => schema.name);
  return fc.record(Object.fromEntries(schemas.map((schema) => [schema.name, validValue(schema)])), { requiredKeys });
}

/** Any arguments the operation accepts, as they come over the wire: path and query as text. */
export function validArguments(operation: Operation): fc.Arbitrary<RawArguments> {
  return fc
    .tuple(
      validFields(inPlace(operation, 'path')),
      validFields(inPlace(operation, 'query')),
      validFields(inPlace(operation, 'body')),
      fullFields(operation),
    )
    .map(([path, query, body, spare]) => {
      satisfyConstraints(operation, query, body, spare);
      return { path: asText(path), query: asText(query), body: Object.hasOwn(body, '$body') ? body.$body : body };
    });
}

function fullFields(operation: Operation): fc.Arbitrary<Record<string, unknown>> {
  return fc.record(
    Object.fromEntries(operation.params.map((schema) => [schema.name, validValue({ ...schema, nullable: false })])),
  );
}

/** Adds or removes fields until the rules between fields hold. */
function satisfyConstraints(
  operation: Operation,
  query: Record<string, unknown>,
  body: Record<string, unknown>,
  spare: Record<string, unknown>,
): void {
  const place = (name: string) => (operation.params.find((param) => param.name === name)?.in === 'query' ? query : body);
  const add = (name: string) => {
    const values = place(name);
    values[name] ??= spare[name];
  };
  for (const constraint of operation.constraints ?? []) {
    const { kind, param = '', params = [], needs = [] } = constraint;
    if (kind === 'exactly_one_of') {
      const [first = ''] = params;
      const kept = params.find((name) => place(name)[name] !== undefined) ?? first;
      for (const name of params) if (name !== kept) delete place(name)[name];
      add(kept);
    } else if (kind === 'at_least_one_of' && !params.some((name) => place(name)[name] !== undefined)) add(params[0] ?? '');
    else if (kind === 'requires' && place(param)[param] !== undefined) needs.forEach(add);
    else if (kind === 'requires_when' && place(param)[param] === constraint.equals) needs.forEach(add);
    else if (kind === 'excludes') {
      for (const name of params) {
        const [outer = '', inner = ''] = name.split('.');
        const nested = body[outer] as Record<string, unknown> | undefined;
        if (nested !== undefined && Object.hasOwn(nested, param.split('.')[1] ?? '')) delete nested[inner];
      }
    }
  }
}

export function inPlace(operation: Operation, place: Parameter['in']): Parameter[] {
  return operation.params.filter((param) => param.in === place);
}

export function asText(values: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
}

/** Values the schema must refuse, each with what is wrong with it. `text` is true for query values, which are always text. */
export function brokenValues(schema: ValueShape, text = false): { fault: string; value: unknown }[] {
  const types = typesOf(schema);
  if (types.includes('any')) return [];
  const broken: { fault: string; value: unknown }[] = [];
  const add = (fault: string, value: unknown) =>
    broken.push({ fault, value: text && typeof value === 'number' ? String(value) : value });
  const takes = (...wanted: ParameterType[]) => wanted.some((type) => types.includes(type));
  if (takes('string')) {
    if (!takes('integer', 'number')) add('wrong type', text ? ['one', 'two'] : 12);
    if (schema.maxLength !== undefined) add('too long', 'x'.repeat(schema.maxLength + 1));
    if ((schema.minLength ?? 0) > 0 || text) add('empty', '');
    if (schema.pattern !== undefined) add('against the pattern', '!!!');
    if (schema.format !== undefined) add('against the format', '!!!');
  }
  if (takes('integer', 'number')) {
    if (!takes('string')) add('wrong type', 'some text');
    if (takes('integer') && !takes('string')) add('fraction', 1.5);
    if (schema.min !== undefined) add('below the minimum', schema.min - 1);
    if (schema.max !== undefined) add('above the maximum', schema.max + 1);
  }
  if (takes('boolean')) add('wrong type', 'maybe');
  if (takes('object') && !takes('array')) add('wrong type', 7);
  if (takes('array')) {
    if (!takes('object')) add('wrong type', { not: 'a list' });
    const items = schema.items ?? { type: 'any' };
    const [sample] = fc.sample(validValue(items), { numRuns: 1, seed: 7 });
    if (schema.maxItems !== undefined) add('too many', new Array(schema.maxItems + 1).fill(sample));
    if ((schema.minItems ?? 0) > 0) add('too few', new Array((schema.minItems ?? 1) - 1).fill(sample));
    for (const inner of brokenValues(items)) {
      const rest = new Array(Math.max(0, (schema.minItems ?? 1) - 1)).fill(sample);
      add(`element: ${inner.fault}`, [inner.value, ...rest]);
    }
  }
  if (schema.enum !== undefined && !takes('array')) add('not in the list', 'SOMETHING_ELSE');
  if (schema.nullable !== true && !text) add('null', null);
  if (schema.properties !== undefined) for (const inner of brokenObjects(schema.properties)) add(inner.fault, inner.value);
  return broken;
}

function brokenObjects(schemas: readonly FieldShape[]): { fault: string; value: unknown }[] {
  const required = schemas.filter((schema) => schema.required);
  const valid = () =>
    fc.sample(fc.record(Object.fromEntries(required.map((schema) => [schema.name, validValue(schema)]))), {
      numRuns: 1,
      seed: 7,
    })[0] ?? {};
  const broken: { fault: string; value: unknown }[] = [];
  for (const schema of required) {
    const { [schema.name]: _dropped, ...rest } = valid();
    broken.push({ fault: `${schema.name} missing`, value: rest });
  }
  for (const schema of schemas) {
    for (const inner of brokenValues(schema))
      broken.push({ fault: `${schema.name}: ${inner.fault}`, value: { ...valid(), [schema.name]: inner.value } });
  }
  return broken;
}
