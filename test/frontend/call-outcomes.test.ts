import { expect, it } from 'vitest';
import { errorKinds } from '../../container/instance/smartlead/smartlead-error.ts';
import { outcomeWords } from '../../frontend/features/instance/call-outcomes.ts';

it.each(['ok', ...Object.keys(errorKinds)])('the outcome %s of a call has words of its own', (outcome) => {
  const { title } = outcomeWords(outcome);
  expect(title).toMatch(/^[A-Z]/);
});

it('an outcome of a newer release is shown as it is', () => {
  expect(outcomeWords('smartlead_on_holiday')).toEqual({ title: 'smartlead on holiday', tone: 'bad' });
});
