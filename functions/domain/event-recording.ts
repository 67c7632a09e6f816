import { createIdentifier } from '../../core/identifiers.ts';
import type { Clock, InstanceEventStore } from '../ports.ts';

/** Something an operator should know of that stopped nobody. Never holds a secret. */
export type ReportUnrecordedEvent = (incident: { message: string; instanceId: string; cause: unknown }) => void;

/**
 * Adds to the history that customers see beside an instance. An event is a note about a move, never a part of it: where it cannot be
 * written, that is reported and the move goes on.
 */
export async function recordEvent(
  ports: { events: Pick<InstanceEventStore, 'append'>; clock: Clock; report: ReportUnrecordedEvent },
  instanceId: string,
  type: string,
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
