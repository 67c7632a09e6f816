import type { InstanceStatus } from '../../../core/instance-status.ts';
import type { AlertRule, Instance, QuotaUse } from '../../ports.ts';
import type { AlertObservation } from './evaluate.ts';

/** Calls there have to be in the window before their share of errors means anything. */
export const fewestCallsForRate = 10;
/**
 * An error rate has to sink to this share of the threshold before it is over, and a quota below it by so much: what moves around the
 * threshold would else be told of again and again.
 */
const endShareOfErrorRate = 0.8;
const endShareOfQuota = 0.95;

/** States in which an instance is on its way to another one: nothing has been decided yet. */
const onTheWay: ReadonlySet<InstanceStatus> = new Set(['provisioning', 'restarting', 'stopping']);

/** For `instance_failed`. */
export function observeFailure({ id, name, status, statusReason }: Instance): AlertObservation {
  return observation(id, status === 'failed' ? 'bad' : settled(status), `The instance "${name}" failed. ${statusReason}`);
}

/** For `key_refused`. */
export function observeKey({ id, name, status, statusReason }: Instance): AlertObservation {
  const state = status === 'unauthenticated' ? 'bad' : settled(status);
  return observation(id, state, `Smartlead refuses the API key of the instance "${name}". ${statusReason}`);
}

/** For `error_rate`: calls and errors of the instance within the window. */
export function observeErrorRate(
  { threshold, windowMinutes }: Pick<AlertRule, 'threshold' | 'windowMinutes'>,
  { id, name }: Pick<Instance, 'id' | 'name'>,
  { calls, errors }: { calls: number; errors: number },
): AlertObservation {
  const limit = threshold ?? 1;
  const share = calls === 0 ? 0 : errors / calls;
  const isOver = share < limit * endShareOfErrorRate || errors === 0;
  const isBad = calls >= fewestCallsForRate && share >= limit && errors > 0;
  const percent = Math.round(share * 100);
  return observation(
    id,
    isBad ? 'bad' : isOver ? 'good' : 'unclear',
    `${errors} of ${calls} calls (${percent}%) to the instance "${name}" failed within ${windowMinutes} minutes.`,
  );
}

/** For `quota_near`. */
export function observeQuota(
  { threshold }: Pick<AlertRule, 'threshold'>,
  { quota, words, instanceId, used, limit }: QuotaUse,
): AlertObservation {
  const share = used / limit;
  const bound = threshold ?? 1;
  return {
    subject: quota,
    instanceId,
    state: share >= bound ? 'bad' : share < bound * endShareOfQuota ? 'good' : 'unclear',
    message: `${used} of ${limit} ${words} are used.`,
  };
}

function settled(status: InstanceStatus): 'good' | 'unclear' {
  return onTheWay.has(status) ? 'unclear' : 'good';
}

function observation(instanceId: string, state: AlertObservation['state'], message: string): AlertObservation {
  return { subject: instanceId, instanceId, state, message };
}
