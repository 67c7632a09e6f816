import { expect, it } from 'vitest';
import { instanceStatuses } from '../../../core/instance-status.ts';
import { statusWords } from '../../../functions/domain/status-words.ts';

it.each(instanceStatuses)('%s is explained in sentences', (status) => {
  const { statusReason, nextStep } = statusWords(status);
  expect(statusReason).toMatch(/^[A-Z].*\.$/);
  if (nextStep !== null) expect(nextStep).toMatch(/^[A-Z].*\.$/);
});

it.each(['stopped', 'unauthenticated', 'suspended', 'failed'] as const)('%s says what to do', (status) => {
  expect(statusWords(status).nextStep).not.toBeNull();
});

it('a cause becomes part of the sentence', () => {
  expect(statusWords('failed', 'it ended with exit code 1').statusReason).toBe(
    'The instance could not be started: it ended with exit code 1.',
  );
});
