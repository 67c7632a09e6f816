const quote = 0x22;
const backslash = 0x5c;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/**
 * Whether arrays and objects of a JSON text are nested deeper than that. Looks at the bytes alone, before anything is made of them:
 * what is nested without end can be parsed, but not be written or walked without running out of stack.
 */
export function isDeeperThan(json: Buffer, maxDepth: number): boolean {
  // Each level takes at least one byte to open, so short texts need no look.
  if (json.length <= maxDepth) return false;
  let depth = 0;
  for (let at = 0; at < json.length; at += 1) {
    const byte = json[at];
    if (byte === quote) at = endOfString(json, at + 1);
    else if (byte === openBracket || byte === openBrace) {
      depth += 1;
      if (depth > maxDepth) return true;
    } else if (byte === closeBracket || byte === closeBrace) depth -= 1;
  }
  return false;
}

/** Where the string that begins there ends: at its closing quote, or at the end of a text that lacks it. */
function endOfString(json: Buffer, from: number): number {
  let end = json.indexOf(quote, from);
  while (end !== -1) {
    let backslashes = 0;
    while (json[end - 1 - backslashes] === backslash) backslashes += 1;
    if (backslashes % 2 === 0) return end;
    end = json.indexOf(quote, end + 1);
  }
  return json.length;
}
