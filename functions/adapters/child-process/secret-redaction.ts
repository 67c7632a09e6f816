const replacement = '[redacted]';

/** Smartlead takes its key in the query; whoever prints such a URL prints the key. */
const keyInQuery = /(api_key=)[^&\s"'\\]+/gi;

/**
 * Makes a function that takes the given secrets out of a text, in the forms in which they can appear in it: as they are, in a
 * URL, in JSON. An instance does not print secrets; this is the second lock, for stack traces and foreign lines.
 */
export function createRedaction(secrets: readonly string[]): (text: string) => string {
  const forms = new Set<string>();
  for (const secret of secrets) {
    if (secret === '') continue;
    forms.add(secret).add(encodeURIComponent(secret)).add(JSON.stringify(secret).slice(1, -1));
  }
  // Longest first, so that a form which contains another is replaced as a whole.
  const ordered = [...forms].sort((one, other) => other.length - one.length);
  return (text) => {
    let redacted = text;
    for (const form of ordered) redacted = redacted.replaceAll(form, replacement);
    return redacted.replace(keyInQuery, `$1${replacement}`);
  };
}
