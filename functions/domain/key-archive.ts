import type { InstanceStatus } from '../../core/instance-status.ts';
import type { Instance } from '../ports.ts';

/** What an instance does with its key while it is in such a state: nothing. */
const atRest: ReadonlySet<InstanceStatus> = new Set(['sleeping', 'stopped', 'suspended', 'unauthenticated', 'failed']);

/** How long a key has to be without use before it is put by, in milliseconds: a day, so that who works by day is not always put by. */
export const idleTime = 24 * 60 * 60 * 1000;

/**
 * Whether a Smartlead key is to be put by: none of the instances that use it runs or is about to, nothing about them has changed for a
 * day, and the key itself is older than that.
 *
 * @param instances All that use the key; there may be none.
 * @param putAt When the newest version of the key was put, ISO 8601 in UTC.
 * @param now In milliseconds since 1970.
 */
export function isKeyIdle(
  instances: readonly Pick<Instance, 'status' | 'runtime' | 'updatedAt'>[],
  putAt: string,
  now: number,
): boolean {
  const before = now - idleTime;
  if (Date.parse(putAt) > before) return false;
  return instances.every(
    ({ status, runtime, updatedAt }) => atRest.has(status) && runtime === null && Date.parse(updatedAt) <= before,
  );
}
