import { wasLaunchedAnew } from './launch-fence.ts';
import { defineTask, nothing } from './task.ts';

/** Takes the instance out of the router's reach. Used before something ends and to undo a launch that failed. */
export const removeRoute = defineTask('RemoveRoute', async (ports, state) => {
  if (wasLaunchedAnew(await ports.instances.findById(state.instanceId), state)) return nothing;
  await ports.routes.remove(state.instanceId);
  return nothing;
});
