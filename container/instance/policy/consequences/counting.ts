/** A number with its noun: `1 lead`, `2 leads`. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : plural}`;
}

/** A number with its noun, or that it is unknown. */
export function countOrUnknown(number: number | undefined, noun: string): string {
  return number === undefined ? `an unknown number of ${noun}s` : count(number, noun);
}

/** Length of a list among the arguments; 0 where it is missing. */
export function lengthOf(value: unknown): number {
  return Array.isArray(value) ? value.length : 0;
}

/** Number of addresses in text with commas or semicolons between them; 0 where there is none. */
export function addressesIn(value: unknown): number {
  if (typeof value !== 'string') return 0;
  return value.split(/[,;]/).filter((part) => part.trim() !== '').length;
}
