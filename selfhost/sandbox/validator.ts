import type { FieldShape, Operation, ParameterType, ValueShape } from './catalogue.ts';
import { findBrokenConstraint } from './constraints.ts';
import { Fields, isRecord } from './fields.ts';
import { formatMessage, hasFormat } from './formats.ts';
import { inboxRefusal } from './inbox-refusal.ts';
import { invalid } from './refusal.ts';

/** A request's arguments as they came over the wire. */
export interface RawArguments {
  path: Record<string, string>;
  query: Record<string, string | string[]>;
  body: unknown;
}

export interface ValidArguments {
  path: Fields;
  query: Fields;
  body: Fields;
}

/** The first thing wrong with a value: where, and what the validator says of it. */
export interface Fault {
  path: string;
  message: string;
  /** The schema that was broken and the value that broke it; absent for unknown fields and constraints. */
  schema?: ValueShape;
  value?: unknown;
}

type Checked = { value: unknown } | { fault: Fault };

/** Objects that take fields beyond the listed ones, as the reference's notes say. */
const openObjects = new Set(['lead-lists/import-leads leadList[]']);

/**
 * Checks a request against the catalogue the way the service's validator does: path, then query, then body, stopping at the first
 * fault. Numbers and booleans written as strings are converted, defaults filled in, unknown fields refused.
 * Throws Refusal with status 400.
 */
export function validate(operation: Operation, raw: RawArguments): ValidArguments {
  const path = check(operation, 'path', raw.path);
  const query = check(operation, 'query', raw.query);
  const body = check(operation, 'body', raw.body);
  const broken = findBrokenConstraint(operation.constraints ?? [], { ...query, ...body });
  if (broken !== undefined) throw invalid(broken.message, Object.keys(body).length > 0 ? 'body' : 'query', [broken.path]);
  return { path: new Fields(path), query: new Fields(query), body: new Fields(body) };
}

function check(operation: Operation, place: 'path' | 'query' | 'body', raw: unknown): Record<string, unknown> {
  const schemas = operation.params.filter((parameter) => parameter.in === place);
  const source = place === 'path' ? 'params' : place;
  const whole = schemas.find((parameter) => parameter.name === '$body');
  const checked =
    whole === undefined
      ? checkObject(schemas, raw ?? {}, '', operation.id, place === 'query')
      : checkValue(whole, raw, 'value', operation.id, false);
  if ('fault' in checked) {
    if (place === 'body') {
      const refusal = inboxRefusal(operation, checked.fault);
      if (refusal !== undefined) throw refusal;
    }
    throw invalid(`"${checked.fault.path || 'value'}" ${checked.fault.message}`, source, [checked.fault.path]);
  }
  return whole === undefined ? (checked.value as Record<string, unknown>) : { $body: checked.value };
}

function checkObject(schemas: readonly FieldShape[], raw: unknown, path: string, scope: string, inQuery: boolean): Checked {
  if (!isRecord(raw)) return { fault: { path, message: 'must be of type object' } };
  const value: Record<string, unknown> = {};
  for (const schema of schemas) {
    const fieldPath = path === '' ? schema.name : `${path}.${schema.name}`;
    const field = Object.hasOwn(raw, schema.name) ? raw[schema.name] : undefined;
    if (field === undefined) {
      if (schema.required) return { fault: { path: fieldPath, message: 'is required' } };
      if (schema.default !== undefined) value[schema.name] = schema.default;
      continue;
    }
    const checked = checkValue(schema, field, fieldPath, `${scope} ${schema.name}`, inQuery);
    if ('fault' in checked) return checked;
    value[schema.name] = checked.value;
  }
  for (const name of Object.keys(raw)) {
    if (schemas.some((schema) => schema.name === name)) continue;
    if (!openObjects.has(scope)) return { fault: { path: path === '' ? name : `${path}.${name}`, message: 'is not allowed' } };
    Object.defineProperty(value, name, { value: raw[name], enumerable: true, writable: true, configurable: true });
  }
  return { value };
}

function checkValue(schema: ValueShape, raw: unknown, path: string, scope: string, inQuery: boolean): Checked {
  if (raw === null && schema.nullable === true) return { value: null };
  const types = Array.isArray(schema.type) ? schema.type : [schema.type];
  if (types.includes('any')) return { value: raw };
  const type = types.find((candidate) => resembles(candidate, raw)) ?? types[0] ?? 'string';
  const fault = (message: string): Checked => ({ fault: { path, message, schema, value: raw } });
  switch (type) {
    case 'string':
      return checkString(schema, raw, inQuery, fault);
    case 'integer':
    case 'number':
      return checkNumber(schema, type, raw, fault);
    case 'boolean':
      return checkBoolean(raw, fault);
    case 'array':
      return checkArray(schema, raw, path, scope, fault);
    default:
      if (!isRecord(raw)) return fault('must be of type object');
      return schema.properties === undefined ? { value: raw } : checkObject(schema.properties, raw, path, scope, false);
  }
}

function resembles(type: ParameterType, raw: unknown): boolean {
  if (type === 'array') return Array.isArray(raw);
  if (type === 'object') return isRecord(raw);
  if (type === 'string') return typeof raw === 'string';
  if (type === 'boolean') return typeof raw === 'boolean' || raw === 'true' || raw === 'false';
  return typeof raw === 'number' || (typeof raw === 'string' && /^[+-]?\d+(\.\d+)?$/.test(raw));
}

type MakeFault = (message: string) => Checked;

function checkString(schema: ValueShape, raw: unknown, inQuery: boolean, fault: MakeFault): Checked {
  if (typeof raw !== 'string') return fault('must be a string');
  // Clients report that empty query values are refused; bodies take empty texts, such as a subject that continues a thread.
  if (raw === '' && (inQuery || (schema.minLength ?? 0) > 0)) return fault('is not allowed to be empty');
  if (schema.enum !== undefined && !schema.enum.includes(raw)) return fault(`must be one of [${schema.enum.join(', ')}]`);
  if (raw.length < (schema.minLength ?? 0)) return fault(`length must be at least ${schema.minLength} characters long`);
  if (raw.length > (schema.maxLength ?? Number.POSITIVE_INFINITY))
    return fault(`length must be less than or equal to ${schema.maxLength} characters long`);
  if (schema.pattern !== undefined && !new RegExp(schema.pattern).test(raw))
    return fault(`with value "${raw}" fails to match the required pattern: /${schema.pattern}/`);
  if (schema.format !== undefined && !hasFormat(schema.format, raw)) return fault(formatMessage(schema.format, raw));
  return { value: raw };
}

function checkNumber(schema: ValueShape, type: 'integer' | 'number', raw: unknown, fault: MakeFault): Checked {
  const value = typeof raw === 'string' && /^[+-]?\d+(\.\d+)?$/.test(raw) ? Number(raw) : raw;
  if (typeof value !== 'number' || !Number.isFinite(value)) return fault('must be a number');
  if (Math.abs(value) > Number.MAX_SAFE_INTEGER) return fault('must be a safe number');
  if (type === 'integer' && !Number.isInteger(value)) return fault('must be an integer');
  if (schema.enum !== undefined && !schema.enum.includes(value)) return fault(`must be one of [${schema.enum.join(', ')}]`);
  if (value < (schema.min ?? Number.NEGATIVE_INFINITY)) return fault(`must be greater than or equal to ${schema.min}`);
  if (value > (schema.max ?? Number.POSITIVE_INFINITY)) return fault(`must be less than or equal to ${schema.max}`);
  return { value };
}

function checkBoolean(raw: unknown, fault: MakeFault): Checked {
  if (typeof raw === 'boolean') return { value: raw };
  if (raw === 'true' || raw === 'false') return { value: raw === 'true' };
  return fault('must be a boolean');
}

function checkArray(schema: ValueShape, raw: unknown, path: string, scope: string, fault: MakeFault): Checked {
  if (!Array.isArray(raw)) return fault('must be an array');
  if (raw.length < (schema.minItems ?? 0)) return fault(`must contain at least ${schema.minItems} items`);
  if (raw.length > (schema.maxItems ?? Number.POSITIVE_INFINITY))
    return fault(`must contain less than or equal to ${schema.maxItems} items`);
  if (schema.items === undefined) return { value: raw };
  const value: unknown[] = [];
  for (const [index, element] of raw.entries()) {
    const checked = checkValue(schema.items, element, `${path}[${index}]`, `${scope}[]`, false);
    if ('fault' in checked) return checked;
    value.push(checked.value);
  }
  return { value };
}
