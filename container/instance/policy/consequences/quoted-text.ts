/** Names may be long. */
const longestText = 80;

/**
 * Text of a caller or of the account as a part of a question. It stays one line and inside its quotes, and shows in the order it was
 * written in: a person decides by what the question says, and none of its words may pass for ours.
 */
export function quotedText(text: string): string {
  const line = text.replace(/[\s\p{C}]+/gu, ' ').trim();
  return JSON.stringify(line.length <= longestText ? line : `${line.slice(0, longestText - 1).toWellFormed()}…`);
}
