import { describe, expect, it } from 'vitest';
import { operations } from '../../../container/instance/catalogue/catalogue.ts';
import type { Constraint, FieldShape, Operation, ValueShape } from '../../../container/instance/catalogue/operation.ts';
import { SmartleadError } from '../../../container/instance/smartlead/smartlead-error.ts';
import { createArgumentCheck } from '../../../container/instance/tools/input-validation.ts';
import { sampleArguments, sampleValue } from './sample-arguments.ts';

/** One way to break one rule of the catalogue. */
interface Violation {
  rule: string;
  /** Where the value goes: names and positions from the top. */
  steps: (string | number)[];
  /** The value; undefined takes it away. */
  value: unknown;
}

const typesOf = ({ type }: ValueShape): string[] => [type].flat();

/** Every way to break the rules of one value, and of what is inside it. */
function violationsOf(shape: ValueShape, steps: Violation['steps']): Violation[] {
  const found: Violation[] = [];
  const add = (rule: string, value: unknown) => found.push({ rule, steps, value });
  const types = typesOf(shape);
  const allows = (type: string) => types.includes(type) || types.includes('any');
  if (!types.includes('any')) {
    if (!allows('boolean')) add('type', true);
    if (!allows('string')) add('type', 'text');
    if (!allows('number') && !allows('integer')) add('type', 1);
    if (!allows('number') && allows('integer')) add('type', 1.5);
    if (!allows('object')) add('type', { some: 1 });
    if (!allows('array')) add('type', [[]]);
    if (shape.nullable !== true) add('type', null);
  }
  if (shape.enum !== undefined) add('enum', typeof shape.enum[0] === 'number' ? 987_654 : 'NO_SUCH_WORD');
  if (shape.min !== undefined) add('min', shape.min - 1);
  if (shape.max !== undefined) add('max', shape.max + 1);
  if ((shape.minLength ?? 0) > 0) add('minLength', '');
  if (shape.maxLength !== undefined) add('maxLength', 'x'.repeat(shape.maxLength + 1));
  const item = () => sampleValue(shape.items ?? { type: 'string' });
  if ((shape.minItems ?? 0) > 0) add('minItems', Array.from({ length: (shape.minItems ?? 0) - 1 }, item));
  if (shape.maxItems !== undefined) add('maxItems', Array.from({ length: shape.maxItems + 1 }, item));
  if (shape.pattern !== undefined) add('pattern', '§');
  if (shape.format !== undefined) add('format', '§§');
  // Where a value may be of several types, the sample is of the first.
  if (types[0] === 'array' && shape.items !== undefined) found.push(...violationsOf(shape.items, [...steps, 0]));
  if (types[0] === 'object') found.push(...violationsOfFields(shape.properties ?? [], steps));
  return found;
}

function violationsOfFields(fields: readonly FieldShape[], steps: Violation['steps']): Violation[] {
  return fields.flatMap((field) => {
    const at = [...steps, field.name];
    const missing: Violation[] = field.required ? [{ rule: 'required', steps: at, value: undefined }] : [];
    return [...missing, ...violationsOf(field, at)];
  });
}

function withValue(target: unknown, [step, ...rest]: Violation['steps'], value: unknown): unknown {
  if (step === undefined) return value;
  if (Array.isArray(target)) return target.map((element, index) => (index === step ? withValue(element, rest, value) : element));
  const copy: Record<string, unknown> = { ...(target as Record<string, unknown>) };
  const inner = withValue(copy[step as string], rest, value);
  if (inner === undefined) delete copy[step as string];
  else copy[step as string] = inner;
  return copy;
}

const dotted = (steps: Violation['steps']) =>
  steps.reduce<string>(
    (path, step) => (typeof step === 'number' ? `${path}[${step}]` : path === '' ? step : `${path}.${step}`),
    '',
  );

const checks = new Map(operations.map((operation) => [operation, createArgumentCheck(operation)]));

async function pathsRefused(operation: Operation, callArguments: unknown): Promise<string[]> {
  try {
    await checks.get(operation)?.(callArguments as Record<string, unknown>);
    return [];
  } catch (error) {
    if (!(error instanceof SmartleadError) || error.code !== 'invalid_arguments') throw error;
    return (error.issues ?? []).map(({ path }) => path);
  }
}

describe('every limit of the catalogue is kept', () => {
  it.each(operations.map((operation) => [operation.id, operation] as const))('%s', async (id, operation) => {
    // Not what is excluded by the rest: that stands in the tests of rules below.
    const valid = {
      ...Object.fromEntries(operation.params.map((one) => [one.name, sampleValue(one)])),
      ...sampleArguments(operation, 'all'),
    };
    for (const { rule, steps, value } of violationsOfFields(operation.params, [])) {
      const refused = await pathsRefused(operation, withValue(valid, steps, value));
      const path = dotted(steps);
      expect(
        refused.some((one) => one === path || one.startsWith(`${path}[`) || one.startsWith(`${path}.`)),
        `${id} ${path} ${rule}`,
      ).toBe(true);
    }
    // And an argument that nobody knows, at the top and inside.
    expect(await pathsRefused(operation, { ...valid, no_such_argument: 1 })).toContain('no_such_argument');
    expect(await pathsRefused(operation, sampleArguments(operation, 'all'))).toEqual([]);
    expect(await pathsRefused(operation, sampleArguments(operation, 'required'))).toEqual([]);
  });

  it('which are more than two thousand', () => {
    expect(operations.flatMap(({ params }) => violationsOfFields(params, [])).length).toBeGreaterThan(2_000);
  });
});

describe('every rule between arguments is kept', () => {
  const rules = operations.flatMap((operation) =>
    (operation.constraints ?? []).map((rule) => ({ id: operation.id, kind: rule.kind, operation, rule })),
  );
  it('of which there are twelve', () => expect(rules).toHaveLength(12));

  it.each(rules)('$id: $kind', async ({ operation, rule }) => {
    for (const broken of waysToBreak(operation, rule)) expect(await pathsRefused(operation, broken)).not.toEqual([]);
    for (const kept of waysToKeep(operation, rule)) expect(await pathsRefused(operation, kept)).toEqual([]);
  });
});

const sampleAt = (operation: Operation, path: string): unknown => {
  const [first, second] = path.split('.');
  const parameter = operation.params.find(({ name }) => name === first) as FieldShape;
  return sampleValue(
    second === undefined ? parameter : (parameter.properties?.find(({ name }) => name === second) as FieldShape),
  );
};
const without = (base: unknown, paths: readonly string[]): unknown =>
  paths.reduce((result, path) => withValue(result, path.split('.'), undefined), base);
const having = (operation: Operation, base: unknown, paths: readonly string[]): unknown =>
  paths.reduce((result, path) => withValue(result, path.split('.'), sampleAt(operation, path)), base);

function waysToBreak(operation: Operation, rule: Constraint): unknown[] {
  const base = sampleArguments(operation, 'required');
  switch (rule.kind) {
    case 'exactly_one_of':
      return [without(base, rule.params), having(operation, base, rule.params)];
    case 'at_least_one_of':
      return [without(base, rule.params)];
    case 'excludes':
      return rule.params.map((other) => having(operation, base, [rule.param, other]));
    case 'requires':
      return rule.needs.map((needed) => without(having(operation, base, [rule.param]), [needed]));
    case 'requires_when':
      return rule.needs.map((needed) => ({
        ...(without(base, [needed]) as Record<string, unknown>),
        [rule.param]: rule.equals,
      }));
  }
}

function waysToKeep(operation: Operation, rule: Constraint): unknown[] {
  const base = sampleArguments(operation, 'required');
  switch (rule.kind) {
    case 'exactly_one_of':
    case 'at_least_one_of':
      return rule.params.map((one) => having(operation, without(base, rule.params), [one]));
    case 'excludes':
      return [having(operation, base, rule.params), having(operation, base, [rule.param])];
    case 'requires':
      return [having(operation, base, [rule.param, ...rule.needs])];
    case 'requires_when':
      return [{ ...(having(operation, base, rule.needs) as Record<string, unknown>), [rule.param]: rule.equals }];
  }
}
