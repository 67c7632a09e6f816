import type { z } from 'zod';
import type { FieldError } from '../../../core/problem.ts';

/** Faults told at once; a body of unknown fields could otherwise have an answer as long as itself. */
const mostErrors = 50;

const typeNames: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
};

/**
 * Words for what zod found, for everything that a schema does not put into words itself. They follow the field's path, as in
 * "name: is required". The value is never quoted: it could be a secret in the wrong field.
 */
export function readableMessage(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return 'is required';
      return `must be ${typeNames[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `must be ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`;
    case 'too_small':
      if (issue.origin === 'string')
        return issue.minimum === 1 ? 'must not be empty' : `must have at least ${issue.minimum} characters`;
      if (issue.origin === 'array') return `must have at least ${issue.minimum} ${issue.minimum === 1 ? 'entry' : 'entries'}`;
      return issue.inclusive === false ? `must be more than ${issue.minimum}` : `must be at least ${issue.minimum}`;
    case 'too_big':
      if (issue.origin === 'string') return `must have at most ${issue.maximum} characters`;
      if (issue.origin === 'array') return `must have at most ${issue.maximum} entries`;
      return issue.inclusive === false ? `must be less than ${issue.maximum}` : `must be at most ${issue.maximum}`;
    case 'invalid_format':
      return issue.format === 'datetime' ? 'must be a time such as 2026-11-22T08:00:00Z' : undefined;
    default:
      return undefined;
  }
}

/** The faults as the API tells them: the first one per field, also for each unknown field. */
export function fieldErrors(error: z.ZodError): FieldError[] {
  const told = new Map<string, string>();
  for (const { path, message } of error.issues.flatMap(issueFaults)) {
    if (told.size === mostErrors) break;
    if (!told.has(path)) told.set(path, message);
  }
  return [...told].map(([path, message]) => ({ path, message }));
}

function issueFaults(issue: z.core.$ZodIssue): FieldError[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: pathOf([...issue.path, key]), message: 'is not a known field' }));
  }
  return [{ path: pathOf(issue.path), message: issue.message }];
}

function pathOf(path: readonly PropertyKey[]): string {
  return path.map(String).join('.').slice(0, 100);
}
