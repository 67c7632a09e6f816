/** Bytes of a value's JSON in UTF-8. */
export function byteLength(value: unknown): number {
  const text = JSON.stringify(value);
  return text === undefined ? 0 : Buffer.byteLength(text);
}
