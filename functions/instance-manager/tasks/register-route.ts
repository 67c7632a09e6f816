import { DependencyUnavailable } from '../lifecycle-errors.ts';
import { assertOwnLaunch } from './launch-fence.ts';
import { defineTask, nothing } from './task.ts';

/** Lets the router send clients to the instance. */
export const registerRoute = defineTask('RegisterRoute', async (ports, state) => {
  const instance = assertOwnLaunch(await ports.instances.findById(state.instanceId), state);
  if (!state.launch) throw new DependencyUnavailable(new Error('The state holds no launch.'));
  await ports.routes.set({
    instanceId: instance.id,
    workspaceId: instance.workspaceId,
    mode: instance.mode,
    address: state.launch.runtime.address,
    accessToken: await ports.accessTokens.get(state.launch.accessToken),
  });
  return nothing;
});
