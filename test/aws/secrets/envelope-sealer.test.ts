import { DecryptCommand } from '@aws-sdk/client-kms';
import { beforeAll, expect, it } from 'vitest';
import { SealBrokenError } from '../../../core/sealer.ts';
import { EnvelopeSealer } from '../../../functions/adapters/kms-sealed/envelope-sealer.ts';
import { describeOnAws } from '../emulator.ts';
import { keyClient } from './clients.ts';

const reference = { name: 'smartlead-key/key_1', version: 5 };

describeOnAws('values sealed with data keys of KMS', () => {
  let key: Awaited<ReturnType<typeof keyClient>>;
  let sealer: EnvelopeSealer;
  beforeAll(async () => {
    key = await keyClient();
    sealer = new EnvelopeSealer(key.client, { keyArn: key.keyArn, stage: 'test' });
  });

  it('open with their own name and version, and hold nothing readable', async () => {
    const envelope = await sealer.seal(reference, 'a-smartlead-key \u{1F511}');
    expect(await sealer.open(reference, envelope)).toBe('a-smartlead-key \u{1F511}');
    for (const part of [envelope.sealed, envelope.dataKey])
      expect(Buffer.from(part).toString('latin1')).not.toContain('smartlead-key');
  });

  it('have a data key of their own each', async () => {
    const [one, other] = [await sealer.seal(reference, 'x'), await sealer.seal(reference, 'x')];
    expect(Buffer.from(one.dataKey).equals(other.dataKey)).toBe(false);
    await expect(sealer.open(reference, { sealed: one.sealed, dataKey: other.dataKey })).rejects.toBeInstanceOf(SealBrokenError);
  });

  it('do not open in the place of another version', async () => {
    const envelope = await sealer.seal(reference, 'x');
    await expect(sealer.open({ ...reference, version: 6 }, envelope)).rejects.toBeInstanceOf(SealBrokenError);
  });

  it('do not open under another name or on another stage: KMS refuses their data key', async () => {
    const envelope = await sealer.seal(reference, 'x');
    await expect(sealer.open({ ...reference, name: 'smartlead-key/key_2' }, envelope)).rejects.toThrow();
    const elsewhere = new EnvelopeSealer(key.client, { keyArn: key.keyArn, stage: 'prod' });
    await expect(elsewhere.open(reference, envelope)).rejects.toThrow();
    const EncryptionContext = { name: reference.name, stage: 'test' };
    const { Plaintext } = await key.client.send(new DecryptCommand({ CiphertextBlob: envelope.dataKey, EncryptionContext }));
    expect(Plaintext).toHaveLength(32);
  });
});
