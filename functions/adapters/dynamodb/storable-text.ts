/**
 * Makes a text that came from outside fit for an item: DynamoDB takes well-formed Unicode alone, and an item with its longest texts
 * has to stay below 400 KB. For records, which have to be kept whatever is in them.
 *
 * @param longest In UTF-16 units, each of which takes three bytes at most.
 */
export function storableText(text: string, longest: number): string {
  return (text.length > longest ? `${text.slice(0, longest - 1)}…` : text).toWellFormed();
}
