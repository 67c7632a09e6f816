import { recordEvent } from '../../domain/event-recording.ts';
import { defineTask, nothing } from './task.ts';

/** Notes that the instance sleeps now: its status has said so since before its route went, so that calls could wake it meanwhile. */
export const markSleeping = defineTask('MarkSleeping', async (ports, state) => {
  const instance = await ports.instances.findById(state.instanceId);
  if (instance?.status !== 'sleeping') return nothing;
  await recordEvent(ports, state.instanceId, 'sleeping', 'Nobody called the instance for a while, so it was put to sleep.');
  return nothing;
});
