/**
 * A Smartlead API key as it was pasted, without the white space that copying picks up around it. Answers why it cannot be a key
 * where something else than visible ASCII is inside: such a text would also break the request that carries it.
 */
export function readPastedApiKey(pasted: string): { apiKey: string } | { refusal: string } {
  const apiKey = pasted.trim();
  if (apiKey === '') return { refusal: 'is empty; paste the API key from your Smartlead settings' };
  if (apiKey.length > 500) return { refusal: 'is too long for a Smartlead API key' };
  if (/\s/u.test(apiKey)) return { refusal: 'has white space inside; paste the key alone, on one line' };
  if (!/^[\x21-\x7e]+$/u.test(apiKey)) return { refusal: 'has characters that no Smartlead API key has; copy it again' };
  return { apiKey };
}

/** The last four characters of a secret, which is all that is ever shown of it. */
export function lastFour(secret: string): string {
  return secret.slice(-4);
}

/** Name under which the secret store keeps a key. Derived from the id, so that a crash leaves nothing nameless. */
export function apiKeySecretName(keyId: string): string {
  return `smartlead-key/${keyId}`;
}
