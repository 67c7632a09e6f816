import { randomBytes } from 'node:crypto';
import { type Instance, LaunchFailed, type RouteTarget, type Runtime } from '../ports.ts';
import { launchConfiguration } from './launch-configuration.ts';
import { InstanceUnhealthy, KeyMissing } from './lifecycle-errors.ts';
import type { LifecyclePorts } from './lifecycle-ports.ts';

const patienceMilliseconds = 10_000;
const firstPauseMilliseconds = 10;
const longestPauseMilliseconds = 500;

/** A process that was launched and answers, and what the router needs to reach it. */
export interface LaunchedProcess {
  runtime: Runtime;
  target: RouteTarget;
}

/**
 * Launches one process of an instance that runs, in the version of its first one, and waits until it answers an MCP request. Rejects
 * with LaunchFailed, InstanceUnhealthy or KeyMissing; a replica that does not answer is ended before.
 * @param replica 0 for the first process; its predecessor is ended.
 */
export async function launchProcess(ports: LifecyclePorts, instance: Instance, replica: number): Promise<LaunchedProcess> {
  const key = await ports.keys.find(instance.workspaceId, instance.keyId);
  if (!key) throw new KeyMissing();
  const accessToken = randomBytes(32).toString('base64url');
  const version = instance.runtime?.version;
  const runtime = await ports.launcher.launch({
    configuration: launchConfiguration(instance, ports.settings, {
      smartleadApiKey: await ports.secrets.get(key.secret),
      accessToken,
    }),
    workspaceId: instance.workspaceId,
    size: instance.size,
    keyReference: key.secret,
    ...(replica === 0 ? {} : { replica }),
    ...(version === undefined ? {} : { version }),
  });
  const target: RouteTarget = { address: runtime.address, accessToken };
  try {
    await untilHealthy(ports, instance, target);
  } catch (error) {
    if (replica > 0) await ports.launcher.stopReplica(instance.id, replica, 0);
    throw error;
  }
  return { runtime, target };
}

async function untilHealthy(ports: LifecyclePorts, { id, workspaceId }: Instance, target: RouteTarget): Promise<void> {
  const deadline = performance.now() + patienceMilliseconds;
  for (let pause = firstPauseMilliseconds; ; pause = Math.min(pause * 2, longestPauseMilliseconds)) {
    const health = await ports.probe.check({ instanceId: id, workspaceId, ...target });
    if (health.healthy) return;
    const running = await ports.launcher.list(id);
    if (!running.some(({ instanceId, runtime }) => instanceId === id && runtime.address === target.address)) {
      throw new LaunchFailed('The process ended right after its start.');
    }
    if (performance.now() + pause > deadline) {
      throw new InstanceUnhealthy(`The process started but did not answer: ${health.reason}`);
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
