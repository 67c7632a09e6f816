import { changeInstance } from '../domain/instance-change.ts';
import type { Instance, Route } from '../ports.ts';
import type { LifecyclePorts } from './lifecycle-ports.ts';
import { launchProcess } from './process-launch.ts';
import { withReplicas } from './replica-route.ts';
import { accessTokenSecretName } from './tasks/access-token-secret.ts';
import { isSameRuntime } from './tasks/launch-fence.ts';

/**
 * Replaces the first process of an instance by a new one while a replica stands in for it, so that the instance can be reached all the
 * time. To be called in turn with the operations on the instance.
 *
 * Answers `false` where there is no replica to stand in: the instance is ended in order then, and has to be started. Rejects where the
 * new process did not come up or nobody wants it any more; the old one is gone then, and the instance has to be started, too.
 */
export async function replaceFirstProcess(ports: LifecyclePorts, instance: Instance, route: Route): Promise<boolean> {
  const replicas = route.replicas ?? [];
  const [standIn, ...others] = replicas;
  if (!standIn) {
    await ports.routes.remove(instance.id);
    await ports.launcher.stop(instance.id);
    return false;
  }
  await ports.routes.set(withReplicas({ ...route, ...standIn }, others));
  const { runtime, target } = await launchProcess(ports, instance, 0);
  const { name, version } = await ports.accessTokens.put(accessTokenSecretName(instance.id), target.accessToken);
  const recorded = await changeInstance(ports.instances, instance.id, (present) =>
    present.desiredState === 'running' && present.status === 'running' && isSameRuntime(present.runtime, instance.runtime)
      ? { runtime }
      : undefined,
  );
  // Unrecorded, nobody would know of it.
  if (!recorded) {
    await ports.launcher.stop(instance.id);
    throw new Error('The instance changed while its first process was replaced.');
  }
  await ports.accessTokens.deleteVersionsBefore({ name, version });
  await ports.routes.set(withReplicas({ ...route, ...target }, replicas));
  return true;
}
