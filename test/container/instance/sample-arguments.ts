import type { FieldShape, Operation, ValueShape } from '../../../container/instance/catalogue/operation.ts';

const samplesOfFormat: Record<string, string> = {
  date: '2026-10-01',
  'date-time': '2026-10-01T08:30:00Z',
  email: 'ada+lead@example.com',
  uri: 'https://example.com/hook',
  'iana-timezone': 'Europe/Berlin',
  'csv-integer': '1,22,333',
  'hex-color': '#0a1B2c',
  'hh:mm': '09:30',
};

/** Valid arguments for an operation: only what is required, or everything that may be given together. */
export function sampleArguments(operation: Operation, which: 'required' | 'all'): Record<string, unknown> {
  const given = operation.params.filter((parameter) => parameter.required || which === 'all');
  const values = Object.fromEntries(given.map((parameter) => [parameter.name, sampleValue(parameter)]));
  const give = (name: string | undefined) => {
    const parameter = operation.params.find((candidate) => candidate.name === name);
    if (parameter !== undefined) values[parameter.name] ??= sampleValue(parameter);
  };
  for (const constraint of operation.constraints ?? []) {
    switch (constraint.kind) {
      case 'exactly_one_of':
        for (const name of constraint.params.slice(1)) delete values[name];
        give(constraint.params[0]);
        break;
      case 'at_least_one_of':
        give(constraint.params[0]);
        break;
      case 'excludes':
        removeAt(values, constraint.param);
        break;
      case 'requires_when':
        if (values[constraint.param] === constraint.equals) constraint.needs.forEach(give);
        break;
      case 'requires':
        break;
    }
  }
  return values;
}

function removeAt(values: Record<string, unknown>, path: string): void {
  const [first = '', ...rest] = path.split('.');
  if (rest.length === 0) delete values[first];
  else if (typeof values[first] === 'object') removeAt(values[first] as Record<string, unknown>, rest.join('.'));
}

/** A value the shape accepts. */
export function sampleValue(shape: ValueShape): unknown {
  if (shape.enum !== undefined) return shape.enum.at(-1);
  const [type] = Array.isArray(shape.type) ? shape.type : [shape.type];
  switch (type) {
    case 'string':
      if (shape.pattern !== undefined && shape.format === undefined) return 'Key-1 a_b';
      return samplesOfFormat[shape.format ?? ''] ?? 'a b/ü&?'.padEnd(shape.minLength ?? 0, 'x').slice(0, shape.maxLength ?? 100);
    case 'integer':
    case 'number':
      return Math.max(shape.min ?? 7, Math.min(shape.max ?? 7, 7));
    case 'boolean':
      return true;
    case 'array':
      return Array.from({ length: Math.max(1, shape.minItems ?? 1) }, () => sampleValue(shape.items ?? { type: 'string' }));
    case 'object':
      return sampleObject(shape.properties ?? []);
    default:
      return 'anything';
  }
}

function sampleObject(fields: readonly FieldShape[]): Record<string, unknown> {
  return Object.fromEntries(fields.map((field) => [field.name, sampleValue(field)]));
}
