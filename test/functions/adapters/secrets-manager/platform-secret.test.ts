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

it('is read again after a long sleep of its function, in which a clock that does not jump stands still', async () => {
  vi.useRealTimers();
  vi.useFakeTimers({ toFake: ['Date'] });
  const send = vi.fn(async () => ({ SecretString: 'before' }));
  const secret = new PlatformSecret({ send } as never, 'arn');
  await secret.read();
  send.mockResolvedValue({ SecretString: 'after' });
  vi.setSystemTime(Date.now() + 5 * minute);
  expect(await secret.read()).toBe('after');
});

it('is kept for no longer where the clock was set back', async () => {
  const send = vi.fn(async () => ({ SecretString: 'before' }));
  const secret = new PlatformSecret({ send } as never, 'arn');
  await secret.read();
  send.mockResolvedValue({ SecretString: 'after' });
  vi.setSystemTime(Date.now() - 60 * minute);
  await vi.advanceTimersByTimeAsync(5 * minute);
  expect(await secret.read()).toBe('after');
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

it('is read at once by somebody who met what it does not explain, but not for every stranger', async () => {
  const send = vi.fn(async () => ({ SecretString: 'before' }));
  const secret = new PlatformSecret({ send } as never, 'arn');
  await secret.read();
  send.mockResolvedValue({ SecretString: 'after' });
  expect(await secret.findNewest()).toBe('before');
  await vi.advanceTimersByTimeAsync(5_000);
  expect(await Promise.all([secret.findNewest(), secret.findNewest()])).toEqual(['after', 'after']);
  expect(await secret.read()).toBe('after');
  expect(send).toHaveBeenCalledTimes(2);
});

it('has no version before where it was never rotated, which is remembered as well', async () => {
  const absent = Object.assign(new Error('no such version'), { name: 'ResourceNotFoundException' });
  const send = vi.fn(async (_command: { input: object }): Promise<{ SecretString: string }> => {
    throw absent;
  });
  const previous = new PlatformSecret({ send } as never, 'arn', 'AWSPREVIOUS');
  expect([await previous.find(), await previous.find()]).toEqual([undefined, undefined]);
  expect(send.mock.calls.map(([{ input }]) => input)).toEqual([{ SecretId: 'arn', VersionStage: 'AWSPREVIOUS' }]);
  await vi.advanceTimersByTimeAsync(5 * minute);
  send.mockResolvedValue({ SecretString: 'before' });
  expect(await previous.find()).toBe('before');
  await expect(new PlatformSecret({ send: async () => Promise.reject(absent) } as never, 'arn').read()).rejects.toBe(absent);
});
