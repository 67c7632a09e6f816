import type { Constraint } from './catalogue.ts';
import { isRecord } from './fields.ts';

/** The first rule between parameters that the arguments break, with what the validator says of it. */
export function findBrokenConstraint(
  constraints: readonly Constraint[],
  values: Record<string, unknown>,
): { path: string; message: string } | undefined {
  for (const constraint of constraints) {
    const message = brokenBy(constraint, values);
    if (message !== undefined) return { path: constraint.param ?? constraint.params?.[0] ?? '', message };
  }
  return undefined;
}

function brokenBy(constraint: Constraint, values: Record<string, unknown>): string | undefined {
  const { kind, param = '', params = [], needs = [] } = constraint;
  const sent = (name: string) => valueAt(values, name) !== undefined;
  switch (kind) {
    case 'exactly_one_of': {
      const count = params.filter(sent).length;
      if (count === 0) return `"value" must contain at least one of [${params.join(', ')}]`;
      return count > 1 ? `"value" contains a conflict between exclusive peers [${params.join(', ')}]` : undefined;
    }
    case 'at_least_one_of':
      return params.some(sent) ? undefined : `"value" must contain at least one of [${params.join(', ')}]`;
    case 'excludes': {
      const conflicting = sent(param) ? params.find(sent) : undefined;
      return conflicting === undefined ? undefined : `"${param}" conflict with forbidden peer "${conflicting}"`;
    }
    case 'requires': {
      const missing = sent(param) ? needs.find((name) => !sent(name)) : undefined;
      return missing === undefined ? undefined : `"${param}" missing required peer "${missing}"`;
    }
    case 'requires_when': {
      const missing = valueAt(values, param) === constraint.equals ? needs.find((name) => !sent(name)) : undefined;
      return missing === undefined ? undefined : `"${missing}" is required`;
    }
  }
}

/** The value at a dotted name; undefined where any part of it is absent. */
function valueAt(values: Record<string, unknown>, name: string): unknown {
  let value: unknown = values;
  for (const part of name.split('.')) value = isRecord(value) && Object.hasOwn(value, part) ? value[part] : undefined;
  return value;
}
