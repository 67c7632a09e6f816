import type { Constraint } from '../catalogue/operation.ts';
import { isJsonObject } from '../json/json-object.ts';
import type { ArgumentIssue } from '../smartlead/smartlead-error.ts';

/** Checks the rules between arguments that no single argument's schema can express. Null counts as not given. */
export function constraintIssues(
  constraints: readonly Constraint[],
  callArguments: Readonly<Record<string, unknown>>,
): ArgumentIssue[] {
  return constraints.flatMap((constraint) => issuesOf(constraint, (path) => valueAt(callArguments, path)));
}

function issuesOf(constraint: Constraint, at: (path: string) => unknown): ArgumentIssue[] {
  const given = (path: string) => at(path) !== undefined && at(path) !== null;
  switch (constraint.kind) {
    case 'exactly_one_of':
      if (constraint.params.filter(given).length === 1) return [];
      return [{ path: '', message: `give exactly one of ${constraint.params.join(', ')}` }];
    case 'at_least_one_of':
      if (constraint.params.some(given)) return [];
      return [{ path: '', message: `give at least one of ${constraint.params.join(', ')}` }];
    case 'excludes':
      // A switch that is off excludes nothing.
      if (!given(constraint.param) || at(constraint.param) === false) return [];
      return constraint.params
        .filter(given)
        .map((path) => ({ path, message: `must not be given together with ${constraint.param}` }));
    case 'requires':
      return given(constraint.param) ? missing(constraint.needs, given, `when ${constraint.param} is given`) : [];
    case 'requires_when':
      return at(constraint.param) === constraint.equals
        ? missing(constraint.needs, given, `when ${constraint.param} is ${String(constraint.equals)}`)
        : [];
  }
}

function missing(paths: readonly string[], given: (path: string) => boolean, when: string): ArgumentIssue[] {
  return paths.filter((path) => !given(path)).map((path) => ({ path, message: `is required ${when}` }));
}

function valueAt(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((inner, name) => (isJsonObject(inner) ? inner[name] : undefined), value);
}
