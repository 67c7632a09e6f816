import { type ReportUnrecordedEvent, recordEvent } from '../domain/event-recording.ts';
import type { LifecycleOperation } from '../ports.ts';
import { describeError } from './middleware/describe-error.ts';
import type { Platform } from './platform.ts';

/**
 * Asks the lifecycle workflow for an operation. The wish is stored already, so where the workflow cannot be asked the request
 * still succeeds and the reconciler does the work a little later.
 * @param reason Why, as a sentence for the customer, where more is known than that it was asked for.
 */
export async function requestOperation(
  platform: Platform,
  instanceId: string,
  operation: LifecycleOperation,
  reason?: string,
): Promise<void> {
  try {
    await platform.lifecycle.request(instanceId, operation, reason);
  } catch (error) {
    platform.logger.error('The lifecycle workflow could not be asked; the reconciler will', {
      instanceId,
      operation,
      ...describeError(error, []),
    });
  }
}

/** Adds to the history that customers see beside an instance. Never rejects. */
export function appendInstanceEvent(platform: Platform, instanceId: string, type: string, message: string): Promise<void> {
  const { clock, logger, instanceEvents: events } = platform;
  const report: ReportUnrecordedEvent = ({ message, cause, ...incident }) =>
    logger.warn(message, { ...incident, ...describeError(cause, []) });
  return recordEvent({ events, clock, report }, instanceId, type, message);
}
