import { createIdentifier } from '../../core/identifiers.ts';
import type { Clock, InstanceEventStore } from '../ports.ts';
import type { ReportIncident } from './lifecycle-ports.ts';

/** The kinds of instance events the lifecycle records. */
export type LifecycleEventType =
  | 'starting'
  | 'launched'
  | 'healthy'
  | 'exited'
  | 'unhealthy'
  | 'restarting'
  | 'stopping'
  | 'stopped'
  | 'unauthenticated'
  | 'failed';

/**
 * Records an event of an instance. An event is a note about a move, never a part of it: where it cannot be written, that is
 * reported and the move goes on.
 */
export async function recordEvent(
  ports: { events: InstanceEventStore; clock: Clock; report: ReportIncident },
  instanceId: string,
  type: LifecycleEventType,
  message: string,
): Promise<void> {
  const now = ports.clock.now();
  const event = { id: createIdentifier('event', now.getTime()), instanceId, time: now.toISOString(), type, message };
  try {
    await ports.events.append(event);
  } catch (cause) {
    ports.report({ message: `The event "${type}" could not be recorded.`, instanceId, cause });
  }
}
