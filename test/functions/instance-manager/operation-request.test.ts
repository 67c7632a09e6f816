import { expect, it } from 'vitest';
import { mergeOperations } from '../../../functions/instance-manager/operation-request.ts';
import type { LifecycleOperation } from '../../../functions/ports.ts';

it.each<[LifecycleOperation, LifecycleOperation, LifecycleOperation]>([
  ['start', 'start', 'start'],
  ['start', 'restart', 'restart'],
  ['start', 'stop', 'stop'],
  ['start', 'delete', 'delete'],
  ['restart', 'start', 'restart'],
  ['restart', 'restart', 'restart'],
  ['restart', 'stop', 'stop'],
  ['restart', 'delete', 'delete'],
  // Off and on again: what runs now must still end.
  ['stop', 'start', 'restart'],
  ['stop', 'restart', 'restart'],
  ['stop', 'stop', 'stop'],
  ['stop', 'delete', 'delete'],
  ['delete', 'start', 'delete'],
  ['delete', 'restart', 'delete'],
  ['delete', 'stop', 'delete'],
  ['delete', 'delete', 'delete'],
  // A sleep gives way to everything.
  ['sleep', 'start', 'start'],
  ['sleep', 'restart', 'restart'],
  ['sleep', 'stop', 'stop'],
  ['sleep', 'delete', 'delete'],
  ['sleep', 'sleep', 'sleep'],
  ['start', 'sleep', 'start'],
  ['restart', 'sleep', 'restart'],
  ['stop', 'sleep', 'stop'],
  ['delete', 'sleep', 'delete'],
])('a waiting %s and a newer %s become one %s', (waiting, newer, merged) => {
  const merge = (one: boolean, other: boolean) =>
    mergeOperations({ operation: waiting, recovery: one }, { operation: newer, recovery: other });
  expect(merge(false, false)).toEqual({ operation: merged, recovery: false });
  // It is a recovery only where nobody but the platform asked.
  expect(merge(true, true)).toEqual({ operation: merged, recovery: true });
  expect([merge(true, false).recovery, merge(false, true).recovery]).toEqual([false, false]);
});

it('the newer reason is told, and an older one where the newer wish has none', () => {
  const because = (reason?: string) => ({
    operation: 'restart' as const,
    recovery: false,
    ...(reason === undefined ? {} : { reason }),
  });
  expect(mergeOperations(because('old'), because('new')).reason).toBe('new');
  expect(mergeOperations(because('old'), because()).reason).toBe('old');
});
