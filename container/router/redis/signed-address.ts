import { createHmac, timingSafeEqual } from 'node:crypto';
import type { RouterAddress } from './hop-request.ts';

/**
 * What a router says of itself in Redis, signed with the key that all routers share. Messages carry their client's token, so they go
 * only where a router said that it is: whoever can write into Redis, but does not have the key, cannot have them sent elsewhere.
 */
export function signAddress(routerId: string, { url, secret }: RouterAddress, key: Buffer): string {
  return JSON.stringify({ url, secret, signature: signatureOf(routerId, { url, secret }, key) });
}

/** The address; `undefined` where the text is none, or was not signed for this router with one of the keys. */
export function readSignedAddress(routerId: string, text: string, keys: readonly Buffer[]): RouterAddress | undefined {
  let said: { url?: unknown; secret?: unknown; signature?: unknown } | null;
  try {
    said = JSON.parse(text) as typeof said;
  } catch {
    return undefined;
  }
  const { url, secret, signature } = said ?? {};
  if (typeof url !== 'string' || typeof secret !== 'string' || typeof signature !== 'string') return undefined;
  const given = Buffer.from(signature);
  const isSigned = keys.some((key) => {
    const expected = Buffer.from(signatureOf(routerId, { url, secret }, key));
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
  return isSigned ? { url, secret } : undefined;
}

/** The list's form keeps it apart from whatever else is signed with the key, such as session ids. */
function signatureOf(routerId: string, { url, secret }: RouterAddress, key: Buffer): string {
  return createHmac('sha256', key)
    .update(JSON.stringify(['router address', routerId, url, secret]))
    .digest('base64url');
}
