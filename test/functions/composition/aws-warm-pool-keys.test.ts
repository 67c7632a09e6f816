import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import {
  announceSecret,
  formatDataPlaneSecret,
  parseDataPlaneSecret,
  switchToAnnouncedSecret,
} from '../../../core/data-plane-secret.ts';
import { publicKeyBytes } from '../../../core/warm-assignment.ts';
import { warmPoolKeyReader } from '../../../functions/composition/aws-warm-pool-keys.ts';

it('of the warm pool are those of now and those from before a rotation', async () => {
  const versions: Record<string, string | undefined> = { AWSCURRENT: randomBytes(32).toString('base64url') };
  const send = async ({ input }: { input: { VersionStage?: string } }) => {
    const SecretString = versions[input.VersionStage ?? 'AWSCURRENT'];
    if (SecretString === undefined) throw Object.assign(new Error('none'), { name: 'ResourceNotFoundException' });
    return { SecretString };
  };
  let dataPlane = 'a secret that is long enough for the data plane';
  const reader = () => warmPoolKeyReader({ send } as never, 'arn', async () => dataPlane);
  const first = await reader()();
  expect([first.otherPoolSecrets, first.otherSigningKeys]).toEqual([[], []]);

  versions.AWSPREVIOUS = versions.AWSCURRENT;
  versions.AWSCURRENT = randomBytes(32).toString('base64url');
  const announced = announceSecret(parseDataPlaneSecret(dataPlane), `${dataPlane} after`);
  dataPlane = formatDataPlaneSecret(switchToAnnouncedSecret(announced, '2026-11-22T12:00:00.000Z'));
  const second = await reader()();
  expect(second.poolSecret.toString('base64url')).toBe(versions.AWSCURRENT);
  expect(second.otherPoolSecrets).toEqual([first.poolSecret]);
  expect(second.otherSigningKeys?.map(publicKeyBytes)).toEqual([publicKeyBytes(first.signingKey)]);
  expect(publicKeyBytes(second.signingKey)).not.toEqual(publicKeyBytes(first.signingKey));
});
