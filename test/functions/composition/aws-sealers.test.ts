import { describe, expect, it } from 'vitest';
import { dataPlaneKeys } from '../../../core/data-plane-keys.ts';
import { createSealer, SealBrokenError } from '../../../core/sealer.ts';
import { PlatformSecret } from '../../../functions/adapters/secrets-manager/platform-secret.ts';
import { sealersOf } from '../../../functions/composition/aws-sealers.ts';

const secret = 'a secret that is long enough for the data plane';

describe('the sealers of scale saas', () => {
  it('seal for routers what routers open, and nothing else for them', () => {
    const router = createSealer(dataPlaneKeys(secret).sealing);
    const { dataPlane, records } = sealersOf(secret);
    expect(router.open('here', dataPlane.seal('here', 'token'))).toBe('token');
    expect(() => router.open('here', records.seal('here', 'token'))).toThrow(SealBrokenError);
    expect(sealersOf(secret).records.open('here', records.seal('here', 'token'))).toBe('token');
    expect(() => sealersOf(`${secret}!`).records.open('here', records.seal('here', 'token'))).toThrow(SealBrokenError);
  });
});

describe('a secret of the platform', () => {
  it('is read once for all, and again only where that failed', async () => {
    const answers: unknown[] = [new Error('away'), {}, { SecretString: secret }];
    let asked = 0;
    const send = async () => {
      asked += 1;
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      return answer;
    };
    const platformSecret = new PlatformSecret({ send } as never, 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:a');
    await expect(platformSecret.read()).rejects.toThrow('away');
    await expect(platformSecret.read()).rejects.toThrow('holds no text');
    expect(await Promise.all([platformSecret.read(), platformSecret.read()])).toEqual([secret, secret]);
    expect(await platformSecret.read()).toBe(secret);
    expect(asked).toBe(3);
  });
});
