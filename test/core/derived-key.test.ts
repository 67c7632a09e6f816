import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { deriveKey } from '../../core/derived-key.ts';
import type { MasterKey } from '../../functions/adapters/master-key.ts';

const masterKey = (): MasterKey => ({ bytes: randomBytes(32), id: randomBytes(8) });

it('makes the same key for the same purpose at every start, and another for any other purpose or master key', () => {
  const key = masterKey();
  const derived = deriveKey(key, 'session-ids');
  expect(derived).toHaveLength(32);
  expect(deriveKey({ ...key }, 'session-ids')).toEqual(derived);
  expect(deriveKey(key, 'webhooks')).not.toEqual(derived);
  expect(deriveKey(masterKey(), 'session-ids')).not.toEqual(derived);
  expect(derived.includes(key.bytes)).toBe(false);
});
