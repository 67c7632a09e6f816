import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { PlatformSecret } from '../../../../functions/adapters/secrets-manager/platform-secret.ts';

const minute = 60_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('is read again after some minutes, so that a program that runs for long comes to a rotated one', async () => {
  const send = vi.fn(async () => ({ SecretString: 'before' }));
  const secret = new PlatformSecret({ send } as never, 'arn');
  expect(await Promise.all([secret.read(), secret.read()])).toEqual(['before', 'before']);
  send.mockResolvedValue({ SecretString: 'after' });
  expect(await secret.read()).toBe('before');
  await vi.advanceTimersByTimeAsync(5 * minute);
  expect(await Promise.all([secret.read(), secret.read()])).toEqual(['after', 'after']);
  expect(send).toHaveBeenCalledTimes(2);
});

it('stays as it was where it cannot be read again, and is asked for once more after a while', async () => {
  const send = vi.fn(async () => ({ SecretString: 'before' }));
  const secret = new PlatformSecret({ send } as never, 'arn');
  await secret.read();
  send.mockRejectedValueOnce(new Error('away'));
  await vi.advanceTimersByTimeAsync(5 * minute);
  expect(await secret.read()).toBe('before');
  send.mockResolvedValue({ SecretString: 'after' });
  expect(await secret.read()).toBe('before');
  await vi.advanceTimersByTimeAsync(5 * minute);
  expect(await secret.read()).toBe('after');
});

it('rejects where it was never read, and is asked for by the next caller', async () => {
  const send = vi.fn(async () => ({ SecretString: 'present' }));
  send.mockRejectedValueOnce(new Error('away'));
  const secret = new PlatformSecret({ send } as never, 'arn');
  await expect(secret.read()).rejects.toThrow('away');
  expect(await secret.read()).toBe('present');
});
