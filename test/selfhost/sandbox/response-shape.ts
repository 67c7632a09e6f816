/**
 * Where a value departs from a shape of the catalogue: leaves of a shape are type names such as `integer|null` or `string (secret)`,
 * a list has one element that stands for all. Empty where it fits.
 */
export function departures(shape: unknown, value: unknown, path = '$'): string[] {
  if (shape instanceof Nullable) return value === null ? [] : departures(shape.shape, value, path);
  if (typeof shape === 'string') {
    const types = shape.replace(/ \(.*\)$/, '').split('|');
    return types.some((type) => isOfType(type, value)) ? [] : [`${path} is ${JSON.stringify(value)?.slice(0, 60)}, not ${shape}`];
  }
  if (Array.isArray(shape)) {
    if (!Array.isArray(value)) return [`${path} is no list`];
    return value.flatMap((element, index) => departures(shape[0] ?? 'any', element, `${path}[${index}]`));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${path} is no object`];
  return Object.entries(shape as Record<string, unknown>).flatMap(([name, inner]) => {
    if (!Object.hasOwn(value, name)) return [`${path}.${name} is missing`];
    const field = (value as Record<string, unknown>)[name];
    // Times of what has not happened yet are null, though the observed rows happened to have them.
    if (field === null && /(_at|_time)$/.test(name)) return [];
    return departures(inner, field, `${path}.${name}`);
  });
}

class Nullable {
  readonly shape: unknown;
  constructor(shape: unknown) {
    this.shape = shape;
  }
}

/**
 * The shape of an example: its field names, with the first element standing for a list. Objects inside may be null, and those whose
 * keys are data (ids, event names) may hold any.
 */
export function shapeOfExample(example: unknown): unknown {
  if (Array.isArray(example)) return example.length === 0 ? ['any'] : [shapeOfExample(example[0])];
  if (typeof example !== 'object' || example === null) return 'any';
  // Keys that are data.
  if (Object.keys(example).every((name) => /^(\d+|[A-Z_]+)$/.test(name))) return 'object';
  return Object.fromEntries(
    Object.entries(example).map(([name, value]) => [
      name,
      name === 'filter_details' ? 'object' : new Nullable(shapeOfExample(value)),
    ]),
  );
}

function isOfType(type: string, value: unknown): boolean {
  switch (type) {
    case 'any':
      return true;
    case 'null':
      return value === null;
    case 'integer':
      return Number.isInteger(value);
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    default:
      return typeof value === type;
  }
}
