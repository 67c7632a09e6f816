import { expect, it } from 'vitest';
import { FargateInstanceVersions, versionOf } from '../../../../functions/adapters/fargate/instance-versions.ts';
import { MemoryImageStore } from './installation.ts';

const clock = { now: () => new Date() };
const imageOf = (digit: string) => `registry.test:5000/assets:${digit.repeat(64)}`;
const version = (digit: string) => digit.repeat(16);

it.each([
  [`123456789012.dkr.ecr.eu-central-1.amazonaws.com/assets:${'ab12'.repeat(16)}`, 'ab12ab12ab12ab12'],
  [`registry.test:5000/assets@sha256:${'cd34'.repeat(16)}`, 'cd34cd34cd34cd34'],
  ['registry.test:5000/assets:1.4.0', '1.4.0'],
])('the version of %s is %s', (image, expected) => {
  expect(versionOf(image)).toBe(expected);
});

it('an image without a tag is no version', () => {
  expect(() => versionOf('registry.test:5000/assets')).toThrow('neither a tag nor a digest');
});

it('a new release is installed, and becomes current by a rollout alone', async () => {
  const store = new MemoryImageStore();
  const first = new FargateInstanceVersions({ store, releaseImage: imageOf('1'), clock });
  await expect(first.current()).resolves.toBeUndefined();
  await expect(first.installRelease()).resolves.toBe(version('1'));
  await expect(first.current()).resolves.toBe(version('1'));

  const next = new FargateInstanceVersions({ store, releaseImage: imageOf('2'), clock });
  await next.installRelease();
  await next.installRelease();
  await expect(next.current()).resolves.toBe(version('1'));
  await expect(next.list()).resolves.toHaveLength(2);
  await next.makeCurrent(version('2'));
  await expect(first.current()).resolves.toBe(version('2'));
  await expect(first.imageOf(version('2'))).resolves.toBe(imageOf('2'));
});

it('versions that nothing runs are forgotten, but for the present one and the one before', async () => {
  const store = new MemoryImageStore();
  for (const digit of ['1', '2', '3', '4']) {
    const versions = new FargateInstanceVersions({ store, releaseImage: imageOf(digit), clock });
    await versions.installRelease();
    await versions.makeCurrent(version(digit));
  }
  const versions = new FargateInstanceVersions({ store, releaseImage: imageOf('4'), clock });
  await versions.removeUnused(new Set([version('1')]));
  const left = (await versions.list()).map((installed) => installed.version).sort();
  expect(left).toEqual([version('1'), version('3'), version('4')]);
  await expect(versions.imageOf(version('2'))).rejects.toMatchObject({ name: 'LaunchFailed' });
});
