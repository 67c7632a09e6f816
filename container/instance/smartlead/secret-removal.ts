/**
 * Names of fields that carry credentials. Mailbox rows have several: in plain text by id and by campaign, base64 in the list. A flag
 * such as `has_password` is none.
 */
const credentialName = /(?:password|passwd|^token|(?:access|refresh|oauth)_?token|client_?secret|(?:private|secret)_?key)$/i;
/** Fields that carry keys of the agency's clients. Their last four characters stay, to tell one key from another. */
const clientKeyName = /^api_?key$/i;
/**
 * What the text of an answer has in it where any of the above may stand in it, or the key in an escaped form that the redactor does
 * not know. Most answers have none of it and need not be searched field by field.
 */
const traceOfSecret = /passw|token|secret|private_?key|api_?key|\\u|\\\//i;

const removedText = '[removed]';
const shortestKeyToSearchFor = 6;

/**
 * Makes a function that takes an API key out of text, whether it stands there as it is, URL-encoded or JSON-escaped.
 * Keys of fewer than six characters are left alone: no real key is so short, and replacing them would garble answers.
 */
export function createRedactor(apiKey: string): (text: string) => string {
  if (apiKey.length < shortestKeyToSearchFor) return (text) => text;
  const asQuery = new URLSearchParams({ key: apiKey }).toString().slice('key='.length);
  // A real key has no characters to encode, so all forms are one.
  const forms = [
    ...new Set([apiKey, asQuery, encodeURIComponent(apiKey), encodeURI(apiKey), JSON.stringify(apiKey).slice(1, -1)]),
  ];
  return (text) => forms.reduce((clean, form) => (clean.includes(form) ? clean.replaceAll(form, removedText) : clean), text);
}

/** Whether a field of this name carries a credential, by its name alone. */
export function isCredentialName(name: string): boolean {
  return credentialName.test(name) || clientKeyName.test(name);
}

/** Whether {@link removeSecrets} may find something in an answer of which this is the text, its API key replaced already. */
export function mayHoldSecrets(text: string): boolean {
  return traceOfSecret.test(text);
}

/**
 * Answers the value without credentials: password fields are left out, API keys of clients are cut to their last four characters
 * unless the operation is there to hand them out, and every text goes through the redactor. The value is changed in place; it has
 * just been parsed and nobody else holds it.
 */
export function removeSecrets(
  value: unknown,
  redact: (text: string) => string,
  clientKeys: 'masked' | 'handed-out' = 'masked',
): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) value[index] = removeSecrets(value[index], redact, clientKeys);
    return value;
  }
  if (typeof value !== 'object' || value === null) return value;
  const fields = value as Record<string, unknown>;
  for (const name of Object.keys(fields)) {
    const inner = fields[name];
    if (credentialName.test(name) && typeof inner !== 'boolean') delete fields[name];
    else if (clientKeys === 'masked' && typeof inner === 'string' && clientKeyName.test(name)) fields[name] = maskKey(inner);
    else fields[name] = removeSecrets(inner, redact, clientKeys);
    const safeName = redact(name);
    if (safeName !== name && name in fields) {
      fields[safeName] = fields[name];
      delete fields[name];
    }
  }
  return fields;
}

function maskKey(key: string): string {
  return key.length > 12 ? `…${key.slice(-4)}` : removedText;
}
