/**
 * Makes a text that came from outside fit for a column: PostgreSQL's text holds every character but the zero one, and an indexed value
 * may have some 2700 bytes. For records, which have to be kept whatever a client chose to call a tool.
 */
export function storableText(text: string, longest = Number.POSITIVE_INFINITY): string {
  const storable = text.replaceAll('\0', '\uFFFD');
  return storable.length > longest ? `${storable.slice(0, longest - 1)}\u2026` : storable;
}
