import { describe, expect, it } from 'vitest';
import { dataPlaneKeys } from '../../../core/data-plane-keys.ts';
import {
  announceSecret,
  formatDataPlaneSecret,
  parseDataPlaneSecret,
  switchToAnnouncedSecret,
} from '../../../core/data-plane-secret.ts';
import { createSealer, SealBrokenError } from '../../../core/sealer.ts';
import { PlatformSecret } from '../../../functions/adapters/secrets-manager/platform-secret.ts';
import { lazySealers, sealersOf } from '../../../functions/composition/aws-sealers.ts';

const secret = 'a secret that is long enough for the data plane';

describe('the sealers of scale saas', () => {
  it('seal for routers what routers open, and nothing else for them', () => {
    const router = createSealer(dataPlaneKeys(secret).sealing.current);
    const { dataPlane, records } = sealersOf(secret);
    expect(router.open('here', dataPlane.seal('here', 'token'))).toBe('token');
    expect(() => router.open('here', records.seal('here', 'token'))).toThrow(SealBrokenError);
    expect(sealersOf(secret).records.open('here', records.seal('here', 'token'))).toBe('token');
    expect(() => sealersOf(`${secret}!`).records.open('here', records.seal('here', 'token'))).toThrow(SealBrokenError);
  });
});

describe('the sealers of functions', () => {
  it('come to a rotated secret without a new start, and open at each step what others seal at that step or the one before', async () => {
    const announced = announceSecret(parseDataPlaneSecret(secret), `${secret} after`);
    const steps = [
      secret,
      formatDataPlaneSecret(announced),
      formatDataPlaneSecret(switchToAnnouncedSecret(announced, '2026-11-22T12:00:00.000Z')),
    ];
    let stored = secret;
    const sealers = lazySealers(async () => stored);
    const first = await sealers();
    expect(await sealers()).toBe(first);
    for (const [index, step] of steps.entries()) {
      stored = step;
      const { dataPlane, records } = await sealers();
      for (const other of steps.slice(Math.max(0, index - 1), index + 2).map(sealersOf)) {
        expect(dataPlane.open('here', other.dataPlane.seal('here', 'token'))).toBe('token');
        expect(records.open('here', other.records.seal('here', 'answer'))).toBe('answer');
      }
    }
    expect(first.records.isCurrent((await sealers()).records.seal('here', 'answer'))).toBe(false);
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
