import { randomBytes } from 'node:crypto';
import { z } from 'zod';

/** What an identifier names, and the prefix that says so in the public API. */
export const identifierPrefixes = {
  user: 'usr',
  workspace: 'ws',
  key: 'key',
  instance: 'ins',
  token: 'tok',
  audit: 'aud',
  event: 'evt',
  log: 'log',
  session: 'ses',
  operation: 'op',
  batch: 'bat',
  rollout: 'rol',
  alertRule: 'alr',
  alert: 'alt',
  delivery: 'dlv',
  warmProcess: 'wrm',
} as const;

export type IdentifierKind = keyof typeof identifierPrefixes;

const crockfordBase32 = '0123456789abcdefghjkmnpqrstvwxyz';

/**
 * Makes an identifier such as `ins_01jd2v8w...`: the kind's prefix, 48 bits of Unix time in milliseconds and 80 random bits,
 * so identifiers of one kind sort by creation time and cannot be guessed.
 */
export function createIdentifier(kind: IdentifierKind, now: number = Date.now()): string {
  let value = BigInt(now) << 80n;
  for (const [index, byte] of randomBytes(10).entries()) value |= BigInt(byte) << BigInt(8 * (9 - index));
  let text = '';
  for (let digit = 0; digit < 26; digit += 1) {
    text = crockfordBase32[Number(value & 31n)] + text;
    value >>= 5n;
  }
  return `${identifierPrefixes[kind]}_${text}`;
}

const timeDigits = 10;

/** When an identifier was made, in milliseconds since 1970; `undefined` where the text is no identifier of the kind. */
export function timeOfIdentifier(kind: IdentifierKind, identifier: string): number | undefined {
  const prefix = `${identifierPrefixes[kind]}_`;
  const digits = [...identifier.slice(prefix.length)].map((digit) => crockfordBase32.indexOf(digit));
  if (!identifier.startsWith(prefix) || digits.length !== 26 || digits.includes(-1)) return undefined;
  return digits.slice(0, timeDigits).reduce((time, digit) => time * 32 + digit, 0);
}

/** Schema of an identifier of one kind, as it appears in paths and bodies. */
export function identifierSchema(kind: IdentifierKind) {
  const prefix = identifierPrefixes[kind];
  return z
    .string()
    .regex(new RegExp(`^${prefix}_[0-9a-hjkmnp-tv-z]{26}$`), `must be an identifier that starts with ${prefix}_`)
    .meta({ example: `${prefix}_01k8z3x5v7c9b2n4m6q8r0t2w4` });
}
