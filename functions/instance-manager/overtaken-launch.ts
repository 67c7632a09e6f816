import type { LifecycleOperation } from '../ports.ts';
import type { LifecyclePorts } from './lifecycle-ports.ts';
import { serves } from './lifecycle-states.ts';

/**
 * Ends what a start or restart is just launching, so that a stop or delete need not wait until a launch that hangs is given up.
 * As everywhere, the stored wish decides, not the request. Never rejects.
 * @param running The operation that runs on the instance.
 * @param isStillRunning Whether that operation has not ended meanwhile.
 */
export async function giveUpOvertakenLaunch(
  { instances, launcher, report }: Pick<LifecyclePorts, 'instances' | 'launcher' | 'report'>,
  instanceId: string,
  running: LifecycleOperation | undefined,
  isStillRunning: () => boolean | Promise<boolean>,
): Promise<void> {
  if (running !== 'start' && running !== 'restart') return;
  try {
    const instance = await instances.findById(instanceId);
    const isOvertaken = !instance || !serves(running, instance.desiredState);
    if (isOvertaken && (await isStillRunning())) await launcher.stop(instanceId);
  } catch (cause) {
    // The operation that waits ends the instance all the same, only later.
    report({ message: 'A launch that nobody wants any more could not be given up.', instanceId, cause });
  }
}
