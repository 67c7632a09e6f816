import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { expect, it, vi } from 'vitest';
import { WarmAssignmentFailed } from '../../../../functions/adapters/warm-pool/warm-assignment-failed.ts';
import { type WarmPoolKeys, withWarmPoolKeys } from '../../../../functions/adapters/warm-pool/warm-pool-keys.ts';

const { privateKey: signingKey } = generateKeyPairSync('ed25519');
const remembered: WarmPoolKeys = { poolSecret: randomBytes(32), signingKey };
const rotated: WarmPoolKeys = { poolSecret: randomBytes(32), signingKey };

it('are read anew for a process that proves itself with none that is remembered', async () => {
  const read = vi.fn(async ({ newest = false } = {}) => (newest ? rotated : remembered));
  const talk = vi.fn(async (keys: WarmPoolKeys) => {
    if (keys !== rotated) throw new WarmAssignmentFailed('not-authentic', 'another secret');
    return 'assigned';
  });
  expect(await withWarmPoolKeys(read, talk)).toBe('assigned');
  expect(read.mock.calls).toEqual([[], [{ newest: true }]]);
});

it('are no other where nothing was rotated, so that a stranger is asked once', async () => {
  const talk = vi.fn(async () => {
    throw new WarmAssignmentFailed('not-authentic', 'a stranger');
  });
  await expect(withWarmPoolKeys(async () => remembered, talk)).rejects.toThrow('a stranger');
  expect(talk).toHaveBeenCalledTimes(1);
});

it.each(['unreachable', 'taken', 'refused'] as const)('do not matter to a process that is %s', async (failure) => {
  const read = vi.fn(async () => remembered);
  const talk = async () => {
    throw new WarmAssignmentFailed(failure, 'whatever the keys');
  };
  await expect(withWarmPoolKeys(read, talk)).rejects.toMatchObject({ failure });
  expect(read).toHaveBeenCalledTimes(1);
});
