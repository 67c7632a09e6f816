import { decideAfterSettingsChange } from '../domain/instance-operations.ts';
import type { Subject } from '../ports.ts';
import { describeError } from './middleware/describe-error.ts';
import type { Platform } from './platform.ts';
import { appendInstanceEvent, requestOperation } from './request-operation.ts';
import { changeVisibleInstance } from './visible-instances.ts';

/**
 * Restarts the instances that should run and use the key, so that they get its new version. Answers how many. One that cannot be
 * restarted does not keep the others from it.
 */
export async function restartInstancesOfKey(platform: Platform, subject: Subject, keyId: string): Promise<number> {
  let restarted = 0;
  for (const { id, desiredState } of await platform.instances.listByKey(subject.workspaceId, keyId)) {
    if (desiredState !== 'running') continue;
    try {
      const { decision } = await changeVisibleInstance(platform, subject, id, decideAfterSettingsChange);
      if (decision === undefined) continue;
      await requestOperation(platform, id, decision.operation, 'Its key was rotated.');
      await appendInstanceEvent(platform, id, 'restart-requested', 'A restart was asked for because its key was rotated.');
      restarted += 1;
    } catch (error) {
      platform.logger.error('An instance could not be restarted after a key rotation', {
        instanceId: id,
        ...describeError(error, []),
      });
    }
  }
  return restarted;
}
