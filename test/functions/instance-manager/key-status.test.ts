import { expect, it } from 'vitest';
import { recordKeyStatus } from '../../../functions/instance-manager/key-status.ts';
import type { SmartleadKey } from '../../../functions/ports.ts';
import { InMemoryKeyStore } from '../in-memory/key-store.ts';

const key: SmartleadKey = {
  ...{ id: 'key_1', workspaceId: 'ws_1', label: 'main', last4: '91f0', status: 'valid', rotatedAt: null },
  secret: { name: 'smartlead-key/key_1', version: 1 },
  createdAt: '2026-11-22T08:00:00.000Z',
};
const asked = { workspaceId: 'ws_1', id: 'key_1', version: 1 };

/** Rotates the key after somebody read it, before they can write. */
class RotatingKeyStore extends InMemoryKeyStore {
  override async find(workspaceId: string, keyId: string): Promise<SmartleadKey | undefined> {
    const found = await super.find(workspaceId, keyId);
    if (found?.secret.version === 1) {
      const rotated: SmartleadKey = { ...found, status: 'valid', secret: { ...found.secret, version: 2 } };
      await this.create(rotated);
    }
    return found;
  }
}

it('is noted at the version that Smartlead was asked about', async () => {
  const keys = new InMemoryKeyStore();
  await keys.create(key);
  expect(await recordKeyStatus(keys, asked, 'refused')).toBe(true);
  expect(await keys.find('ws_1', 'key_1')).toEqual({ ...key, status: 'refused' });
  expect(await recordKeyStatus(keys, { ...asked, version: 2 }, 'valid')).toBe(false);
  expect(await keys.find('ws_1', 'key_1')).toEqual({ ...key, status: 'refused' });
});

it('is not noted at a key that is rotated at the very moment', async () => {
  const keys = new RotatingKeyStore();
  await keys.create(key);
  expect(await recordKeyStatus(keys, asked, 'refused')).toBe(false);
  expect(await keys.find('ws_1', 'key_1')).toMatchObject({ status: 'valid', secret: { version: 2 } });
});

it('is not noted at a key that is gone', async () => {
  expect(await recordKeyStatus(new InMemoryKeyStore(), asked, 'refused')).toBe(false);
});
