import type { InstanceStatus } from '../../core/instance-status.ts';
import { type StatusWords, statusWords } from './status-words.ts';

const reasonLimit = 600;

/**
 * The words the lifecycle puts beside a status: the general ones, or a particular reason in whole sentences (cut to 600
 * characters), and a next step where the general one does not fit. Customers read them: never a secret in them, never foreign
 * text that was not redacted.
 */
export function instanceStatusText(status: InstanceStatus, reason?: string, nextStep?: string): StatusWords {
  const general = statusWords(status);
  const chosen = reason ?? general.statusReason;
  return {
    statusReason: chosen.length > reasonLimit ? `${chosen.slice(0, reasonLimit - 1)}…` : chosen,
    nextStep: nextStep ?? general.nextStep,
  };
}
