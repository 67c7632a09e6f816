import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { numberOfField, numbersInPlace } from '../../../../container/instance/answers/number-fields.ts';

const names = fc.constantFrom(
  'id',
  'lead_id',
  'total_leads',
  'sent_count',
  'open_rate',
  'phone_number',
  'message_id',
  'note',
  'revenue',
  'totalCount',
);
const texts = fc.oneof(
  fc.string(),
  fc.integer().map(String),
  fc.bigInt().map(String),
  fc.double().map(String),
  fc.stringMatching(/^[+-]?0{0,3}\d{0,20}(\.\d{0,20})?(e\d)?%?$/),
);

describe('numbers that Smartlead writes as text', () => {
  it('become numbers only where the number says exactly the same', () => {
    fc.assert(
      fc.property(names, texts, (name, text) => {
        const value = numberOfField(name, text);
        if (typeof value === 'string') {
          expect(value).toBe(text);
          return;
        }
        expect(text).toMatch(/^-?\d+(\.\d+)?$/);
        // Exact decimal arithmetic: the digits of the number, padded to the text's decimals, are the text's digits.
        const decimals = text.split('.')[1]?.length ?? 0;
        expect(value.toFixed(Math.min(decimals, 100)).replace(/^-(?=0(\.0*)?$)/, '')).toBe(text.replace(/^-(?=0(\.0*)?$)/, ''));
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['total_leads', '42', 42],
    ['campaign_lead_map_id', '2433664091', 2433664091],
    ['unique_open_count', '0', 0],
    ['email_seq_number', '3', 3],
    ['open_rate', '12.50', 12.5],
    ['revenue', '0', 0],
    ['open_rate', '34%', '34%'],
    ['lead_id', '007', '007'],
    ['lead_id', '9007199254740993', '9007199254740993'],
    ['phone_number', '4930123456', '4930123456'],
    ['zip', '10115', '10115'],
    ['message_id', '12345', '12345'],
    ['stats_id', '12345', '12345'],
    ['head_count', '11', '11'],
    ['bounce_autopause_threshold', '5', '5'],
  ])('%s %j is %j', (name, text, expected) => {
    expect(numberOfField(name, text)).toBe(expected);
  });

  it('are left alone in what customers named themselves', () => {
    const row = { lead_id: '1', lead: { id: '2', custom_fields: { id: '3', total_count: '4' } }, tags: [{ id: '5' }, '6'] };
    numbersInPlace(row, true);
    expect(row).toEqual({ lead_id: 1, lead: { id: 2, custom_fields: { id: '3', total_count: '4' } }, tags: [{ id: 5 }, '6'] });
    const message = { id: '77', lead_id: '1' };
    numbersInPlace(message, false);
    expect(message).toEqual({ id: '77', lead_id: 1 });
  });
});
