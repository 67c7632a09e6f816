import { hash, randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';

/**
 * Secrets we hand out are prefixed (a secret scanner and a reader can tell what leaked) and end in a checksum
 * (a mistyped or cut token is refused without a look-up). Only the SHA-256 hash is ever stored.
 */
export const bearerTokenPrefixes = {
  /** Opens one instance at the MCP doors. */
  instance: 'slmcp',
  /** Acts as its creator in one workspace at the REST API. */
  platform: 'slapi',
} as const;

export type BearerTokenKind = keyof typeof bearerTokenPrefixes;

const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const randomLength = 43; // 43 base62 digits carry 256 bits.
const checksumLength = 6; // 62^6 exceeds 2^32, so a CRC-32 always fits.

/** Makes a new token of the kind, such as `slmcp_<43 random characters><6 checksum characters>`. */
export function createBearerToken(kind: BearerTokenKind): string {
  let random = '';
  for (let index = 0; index < randomLength; index += 1) random += base62[randomInt(62)];
  const body = `${bearerTokenPrefixes[kind]}_${random}`;
  return body + checksum(body);
}

/** Whether the text has the form and the checksum of a token of the kind. Says nothing about whether it is known. */
export function isWellFormedBearerToken(kind: BearerTokenKind, text: string): boolean {
  const prefix = `${bearerTokenPrefixes[kind]}_`;
  if (text.length !== prefix.length + randomLength + checksumLength || !text.startsWith(prefix)) return false;
  const body = text.slice(0, -checksumLength);
  return checksum(body) === text.slice(-checksumLength);
}

/** The form in which a token is stored and looked up: lower-case hexadecimal SHA-256. A 256-bit random token needs no slow hash. */
export function hashBearerToken(token: string): string {
  return hash('sha256', token, 'hex');
}

function checksum(text: string): string {
  let value = crc32(text);
  let digits = '';
  for (let index = 0; index < checksumLength; index += 1) {
    digits = base62[value % 62] + digits;
    value = Math.floor(value / 62);
  }
  return digits;
}
