/** A JSON object, or an empty one in place of anything else. */
export function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

/**
 * The rows of a list, wherever Smartlead puts them: it answers some lists bare, some in `data`, some one level deeper under a name.
 * @param name The name the rows have inside `data`.
 */
export function rowsOf(value: unknown, name?: string): Record<string, unknown>[] {
  const data = objectOf(value).data;
  const candidates = name === undefined ? [value, data] : [value, data, objectOf(data)[name], objectOf(value)[name]];
  const rows = candidates.find((candidate) => Array.isArray(candidate)) as unknown[] | undefined;
  return (rows ?? []).map(objectOf);
}

/** A count as a number: Smartlead sends counts as numbers and as text. Undefined where there is none. */
export function countOf(value: unknown): number | undefined {
  const count = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof count === 'number' && Number.isFinite(count) ? count : undefined;
}

/** Text, or empty text in place of anything that is neither text nor a number. */
export function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
