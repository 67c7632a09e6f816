import { hkdfSync } from 'node:crypto';
import type { SealingKey } from './sealer.ts';

const keyBytes = 32;

/**
 * A key for one purpose, made from the master key (HKDF-SHA-256, RFC 5869): the same at every start, of 32 bytes, and of no use for
 * any other purpose or for finding the master key.
 */
export function deriveKey(masterKey: Pick<SealingKey, 'bytes'>, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', masterKey.bytes, '', `smartlead-mcp/${purpose}`, keyBytes));
}
