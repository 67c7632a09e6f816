import type { InstanceStatus } from '../../core/instance-status.ts';

export interface StatusWords {
  /** What is the case, in words a customer understands. */
  statusReason: string;
  /** What the customer can do about it; `null` where there is nothing to do. */
  nextStep: string | null;
}

const words: Record<InstanceStatus, StatusWords> = {
  provisioning: { statusReason: 'The instance is being started. This takes a few seconds.', nextStep: null },
  running: { statusReason: 'The instance is running and answers its clients.', nextStep: null },
  sleeping: {
    statusReason: 'The instance sleeps because nobody used it for a while. The next request wakes it.',
    nextStep: null,
  },
  restarting: { statusReason: 'The instance is being restarted. Its URL stays the same.', nextStep: null },
  stopping: { statusReason: 'The instance is being stopped.', nextStep: null },
  stopped: { statusReason: 'The instance was stopped and answers nobody.', nextStep: 'Start it when you need it again.' },
  unauthenticated: {
    statusReason: 'Smartlead refuses the API key of this instance.',
    nextStep: 'Create a new API key in your Smartlead settings and rotate the key here. The URL stays the same.',
  },
  suspended: {
    statusReason: 'The instance was suspended.',
    nextStep: 'Check your billing, or ask the operator of this installation.',
  },
  failed: {
    statusReason: 'The instance could not be started.',
    nextStep: 'Restart it. If it fails again, look at its events and logs.',
  },
};

/** Words of `restarting` for an instance that slept: nothing is wrong, and its caller only waits a moment. */
export const wakingWords: StatusWords = { statusReason: 'The instance is being woken. This takes a moment.', nextStep: null };

/**
 * Reason and next step of a status. `cause` (in words, without a full stop, such as `it ended with exit code 1`) is added where
 * something particular is known; it must be safe to show.
 */
export function statusWords(status: InstanceStatus, cause?: string): StatusWords {
  const { statusReason, nextStep } = words[status];
  return { statusReason: cause === undefined ? statusReason : `${statusReason.slice(0, -1)}: ${cause}.`, nextStep };
}
