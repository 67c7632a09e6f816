import type { Ajv, ErrorObject, ValidateFunction } from 'ajv';
import type { Operation } from '../catalogue/operation.ts';
import { type ArgumentIssue, SmartleadError } from '../smartlead/smartlead-error.ts';
import { answerArguments, pagePositionParameter } from './answer-arguments.ts';
import { constraintIssues } from './constraints.ts';
import { inputSchema, type ToolInputSchema } from './input-schema.ts';
import { valueFormats } from './value-formats.ts';

const mostIssues = 8;
let ajv: Promise<Ajv> | undefined;

/** The validator of all tools. Loaded at the first call, or ahead of it, so that it costs nothing while the instance starts. */
export function loadValidator(): Promise<Ajv> {
  ajv ??= import('ajv').then(({ Ajv: AjvClass }) => {
    const validator = new AjvClass({
      allErrors: true,
      allowUnionTypes: true,
      strictTypes: false,
      verbose: true,
      addUsedSchema: false,
      // It would write to the console, and in stdio mode standard output is the protocol's.
      logger: false,
    });
    for (const [name, { check }] of Object.entries(valueFormats)) validator.addFormat(name, { type: 'string', validate: check });
    return validator;
  });
  return ajv;
}

/**
 * Makes the check of an operation's arguments. Its schema is compiled when it is first used.
 * @returns A function that throws SmartleadError `invalid_arguments`, whose issues name each argument and what is allowed.
 */
export function createArgumentCheck(operation: Operation): (callArguments: Record<string, unknown>) => Promise<void> {
  let validate: ValidateFunction | undefined;
  return async (callArguments) => {
    validate ??= (await loadValidator()).compile(checkedInputSchema(operation));
    const issues = validate(callArguments)
      ? constraintIssues(operation.constraints ?? [], callArguments)
      : schemaIssues(validate.errors ?? [], operation);
    if (issues.length === 0) return;
    const shown = issues.slice(0, mostIssues);
    const text = shown.map(({ path, message }) => (path === '' ? message : `${path} ${message}`)).join('; ');
    // A name keeps its case, so that it can be found.
    throw new SmartleadError('invalid_arguments', `${shown[0]?.path === '' ? capitalised(text) : text}.`, { issues: shown });
  };
}

/** What Smartlead takes, and the arguments that the caller and the shaping of answers take out before it gets there. */
function checkedInputSchema(operation: Operation): ToolInputSchema {
  const schema = inputSchema(operation, { audience: 'checked' });
  const properties = { ...answerArguments(operation, 'checked'), ...steering, ...schema.properties };
  return { ...schema, properties };
}

const steering = { confirm: {}, repeat: {} };

function schemaIssues(errors: readonly ErrorObject[], operation: Operation): ArgumentIssue[] {
  const issues = errors.map((error) => issueOf(error, operation));
  return issues.filter((issue, index) => issues.findIndex(({ path }) => path === issue.path) === index);
}

function issueOf(error: ErrorObject, operation: Operation): ArgumentIssue {
  const path = dottedPath(error.instancePath);
  const { params } = error;
  switch (error.keyword) {
    case 'required':
      return { path: join(path, params.missingProperty as string), message: 'is required' };
    case 'additionalProperties':
      return { path: join(path, params.additionalProperty as string), message: unknownArgument(error, operation) };
    case 'type':
      return { path, message: `must be ${typeNames(params.type as string | string[])}` };
    case 'enum':
      return { path, message: `must be one of ${(params.allowedValues as unknown[]).map(String).join(', ')}` };
    case 'format':
      return { path, message: `must be ${valueFormats[params.format as string]?.allowed ?? params.format}` };
    case 'minimum':
    case 'maximum':
      return { path, message: rangeMessage('must be', error.parentSchema, 'minimum', 'maximum', '') };
    case 'minLength':
    case 'maxLength':
      return { path, message: rangeMessage('must have', error.parentSchema, 'minLength', 'maxLength', ' characters') };
    case 'minItems':
    case 'maxItems':
      return { path, message: rangeMessage('must have', error.parentSchema, 'minItems', 'maxItems', ' items') };
    case 'pattern':
      return { path, message: `must match ${params.pattern}` };
    default:
      return { path, message: error.message ?? 'is not valid' };
  }
}

function unknownArgument(error: ErrorObject, operation: Operation): string {
  const allowed = error.instancePath === '' ? toldArguments(operation) : Object.keys(error.parentSchema?.properties ?? {});
  const known = allowed.length === 0 ? 'there are none' : `known are ${allowed.join(', ')}`;
  return error.instancePath === '' ? `is no argument of ${operation.id}; ${known}` : `is not known here; ${known}`;
}

/** Arguments that clients are told of, without those that every tool takes. */
function toldArguments(operation: Operation): string[] {
  const position = pagePositionParameter(operation);
  const own = operation.params.map(({ name }) => name).filter((name) => name !== position);
  return [...own, ...Object.keys(answerArguments(operation, 'published'))];
}

function rangeMessage(verb: string, schema: unknown, leastKeyword: string, mostKeyword: string, unit: string): string {
  const { [leastKeyword]: least, [mostKeyword]: most } = schema as Record<string, number | undefined>;
  if (least === undefined) return `${verb} at most ${most}${unit}`;
  if (most === undefined) return `${verb} at least ${least}${unit}`;
  return least === most ? `${verb} exactly ${least}${unit}` : `${verb} ${least} to ${most}${unit}`;
}

const articles: Record<string, string> = {
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
  null: 'null',
};

function typeNames(types: string | string[]): string {
  return (Array.isArray(types) ? types : types.split(',')).map((type) => articles[type] ?? type).join(' or ');
}

/** `/filters/campaignId/2` as `filters.campaignId[2]`. */
function dottedPath(pointer: string): string {
  const steps = pointer.split('/').slice(1);
  return steps.reduce((path, step) => {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
    return /^\d+$/.test(name) ? `${path}[${name}]` : join(path, name);
  }, '');
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function capitalised(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
