/** Fields of mailbox rows that carry credentials: in plain text by id and by campaign, base64 in the list. */
const passwordFields = new Set(['password', 'imap_password', 'smtp_password', 'imappassword', 'smtppassword']);
/** Fields that carry keys of the agency's clients. Their last four characters stay, to tell one key from another. */
const keyFields = new Set(['api_key', 'apikey']);

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

/**
 * Answers the value without credentials: password fields are left out, client API keys are cut to their last four characters, and
 * every text goes through the redactor. The value is changed in place; it has just been parsed and nobody else holds it.
 */
export function removeSecrets(value: unknown, redact: (text: string) => string): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) value[index] = removeSecrets(value[index], redact);
    return value;
  }
  if (typeof value !== 'object' || value === null) return value;
  const fields = value as Record<string, unknown>;
  for (const name of Object.keys(fields)) {
    const lowerCase = name.toLowerCase();
    if (passwordFields.has(lowerCase)) delete fields[name];
    else if (keyFields.has(lowerCase) && typeof fields[name] === 'string') fields[name] = maskKey(fields[name]);
    else fields[name] = removeSecrets(fields[name], redact);
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
