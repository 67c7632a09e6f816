import { expect, it } from 'vitest';
import { isRead, operations } from '../../../../container/instance/catalogue/catalogue.ts';
import { interpretAnswer } from '../../../../container/instance/smartlead/answer.ts';
import { SmartleadError } from '../../../../container/instance/smartlead/smartlead-error.ts';

const unchanged = (text: string) => text;
const reads = operations.filter(isRead);

it.each(['', '  \n'])('no read takes an answer of 200 with %j for an empty result', (text) => {
  expect(reads.length).toBeGreaterThan(100);
  for (const operation of reads) {
    let thrown: unknown;
    try {
      interpretAnswer(operation, { status: 200, headers: {}, text }, unchanged);
    } catch (error) {
      thrown = error;
    }
    expect(thrown, operation.id).toBeInstanceOf(SmartleadError);
    expect(['smartlead_unexpected_answer', 'smartlead_not_found'], operation.id).toContain((thrown as SmartleadError).code);
  }
});

it('an empty list is an empty list', () => {
  const list = reads.find(({ id }) => id === 'campaigns/get-all');
  if (list === undefined) throw new Error('the catalogue lacks the list of campaigns');
  expect(interpretAnswer(list, { status: 200, headers: {}, text: '[]' }, unchanged)).toEqual([]);
});
