import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ImpatientRedis, RedisAway } from '../../../../container/router/redis/impatient-redis.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

it('waits a quarter of a second for an answer, and asks nothing for a second after it waited in vain', async () => {
  const asked: string[] = [];
  const reported: unknown[] = [];
  let isSilent = true;
  const redis = new ImpatientRedis(
    {
      sendCommand: async ([name = '']) => {
        asked.push(name);
        return isSilent ? new Promise(() => {}) : 'PONG';
      },
    },
    (error) => reported.push(error),
  );
  const unanswered = redis.tryAsk('PING', 'secret');
  await vi.advanceTimersByTimeAsync(249);
  expect(reported).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(await unanswered).toBeUndefined();
  expect(String(reported)).toMatch(/^RedisAway: Redis failed to answer PING/);
  expect(String(reported)).not.toContain('secret');
  isSilent = false;
  await vi.advanceTimersByTimeAsync(999);
  await expect(redis.ask('PING')).rejects.toThrow(RedisAway);
  expect(asked).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(await redis.ask('PING')).toBe('PONG');
});
