import { setTimeout as sleep } from 'node:timers/promises';
import { LaunchFailed } from '../../ports.ts';
import { DependencyUnavailable, InstanceUnhealthy, KeyRefused } from '../lifecycle-errors.ts';
import { assertOwnLaunch, isAlive } from './launch-fence.ts';
import { defineTask, nothing } from './task.ts';

/** The launcher answers when the doors listen, so the first question nearly always gets its answer. */
const firstPauseMilliseconds = 10;
const longestPauseMilliseconds = 500;
const patienceMilliseconds = 10_000;

/** Waits until the instance answers an MCP request. Gives up when its process is gone, or after ten seconds. */
export const awaitHealthy = defineTask('AwaitHealthy', async (ports, state) => {
  if (!state.launch) throw new DependencyUnavailable(new Error('The state holds no launch.'));
  const { runtime } = state.launch;
  const accessToken = await ports.accessTokens.get(state.launch.accessToken);
  const deadline = performance.now() + patienceMilliseconds;

  for (let pause = firstPauseMilliseconds; ; pause = Math.min(pause * 2, longestPauseMilliseconds)) {
    const instance = assertOwnLaunch(await ports.instances.findById(state.instanceId), state);
    const { id: instanceId, workspaceId } = instance;
    const health = await ports.probe.check({ instanceId, workspaceId, address: runtime.address, accessToken });
    if (health.healthy) return nothing;
    if (health.keyRefused) throw new KeyRefused();
    if (!(await isAlive(ports.launcher, instanceId, runtime)))
      throw new LaunchFailed('The instance ended right after its start.');
    if (performance.now() + pause > deadline) {
      throw new InstanceUnhealthy(`The instance started but did not answer: ${health.reason}`);
    }
    await sleep(pause);
  }
});
