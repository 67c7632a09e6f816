import { expect, it } from 'vitest';
import { instanceStatuses } from '../../../core/instance-status.ts';
import { idleTime, isKeyIdle } from '../../../functions/domain/key-archive.ts';
import type { Instance } from '../../../functions/ports.ts';

const now = Date.parse('2026-11-22T12:00:00.000Z');
const longAgo = new Date(now - idleTime).toISOString();
const lately = new Date(now - idleTime + 1).toISOString();

function user(change: Partial<Instance> = {}): Pick<Instance, 'status' | 'runtime' | 'updatedAt'> {
  return { status: 'sleeping', runtime: null, updatedAt: longAgo, ...change };
}

it('a key is idle when none of its instances has done anything for a day', () => {
  expect(isKeyIdle([user(), user({ status: 'stopped' })], longAgo, now)).toBe(true);
  expect(isKeyIdle([user(), user({ updatedAt: lately })], longAgo, now)).toBe(false);
});

it('a key that nobody uses is idle a day after it was put', () => {
  expect(isKeyIdle([], longAgo, now)).toBe(true);
  expect(isKeyIdle([], lately, now)).toBe(false);
});

it('a key that was just rotated is not idle, however long its instances have slept', () => {
  expect(isKeyIdle([user()], lately, now)).toBe(false);
});

it.each(instanceStatuses)('%s: only who needs nothing lets its key go', (status) => {
  const needsIt = ['provisioning', 'running', 'restarting', 'stopping'].includes(status);
  expect(isKeyIdle([user(), user({ status })], longAgo, now)).toBe(!needsIt);
});

it('what still runs needs its key, whatever its status says', () => {
  const runtime = { launcher: 'fargate' as const, ref: 'task', address: 'http://10.0.0.1:3000' };
  expect(isKeyIdle([user({ runtime })], longAgo, now)).toBe(false);
});
