import { describeError } from '../api/middleware/describe-error.ts';
import type { Logger } from '../api/platform.ts';
import type { ReportIncident } from '../instance-manager/lifecycle-ports.ts';
import { standardOutputLogger } from './standard-output-logger.ts';

/** Writes incidents as errors of a log. */
export function reportToLog(logger: Logger = standardOutputLogger()): ReportIncident {
  return ({ message, instanceId, cause }) =>
    logger.error(message, { ...(instanceId === undefined ? {} : { instanceId }), ...describeError(cause, []) });
}
