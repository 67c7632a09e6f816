import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AnswerScanner } from '../../../container/router/answer-scanner.ts';
import { isPlainResult } from '../../../container/router/plain-result.ts';

const longText = fc.string({ unit: fc.constantFrom('a', '"', '\\', 'é', '\n', '{', ']'), minLength: 0, maxLength: 120 });
const value = fc.oneof(longText, fc.integer(), fc.boolean(), fc.array(longText, { maxLength: 3 }));
const content = fc.dictionary(fc.constantFrom('id', 'error', 'text', 'result', 'isErrors', 'a"b'), value);
const idOf = fc.oneof(fc.integer(), longText);
const message = fc.oneof(
  fc.record({ id: idOf, result: fc.record({ content, isError: fc.boolean() }, { requiredKeys: ['content'] }) }),
  fc.record({ id: idOf, error: fc.record({ code: fc.integer(), message: longText }) }),
);

type Message = { id: string | number; result?: { isError?: boolean }; error?: unknown };
const isFailed = ({ result, error }: Message) => error !== undefined || result?.isError === true;

describe('the scanner of answers', () => {
  it('finds what a parser finds, wherever the bytes are cut', () => {
    fc.assert(
      fc.property(message, fc.boolean(), fc.integer({ min: 1, max: 90 }), (answer, isFirst, size) => {
        const whole = isFirst ? { jsonrpc: '2.0', ...answer } : { ...answer, jsonrpc: '2.0' };
        const bytes = Buffer.from(JSON.stringify(whole));
        const found: unknown[] = [];
        const scanner = new AnswerScanner((id, isError) => found.push({ id, isError }));
        for (let start = 0; start < bytes.length; start += size) scanner.push(bytes.subarray(start, start + size));
        expect(found).toEqual([{ id: answer.id, isError: isFailed(answer) }]);
      }),
      { numRuns: 500 },
    );
  });

  it('reads no further than it is told', () => {
    const found: unknown[] = [];
    const scanner = new AnswerScanner((id, isError) => found.push({ id, isError }));
    const bytes = Buffer.from(`{"id":1,"result":"${'x'.repeat(100)}|${'y'.repeat(100)}"}`);
    const cut = bytes.indexOf('|');
    scanner.push(bytes, 0, cut);
    scanner.push(Buffer.from('"'), 0, 1);
    scanner.push(Buffer.from('}'));
    expect(found).toEqual([{ id: 1, isError: false }]);
  });
});

describe('a plain result', () => {
  it('is a result of that request and no error', () => {
    fc.assert(
      fc.property(message, fc.constantFrom('first', 'last'), fc.boolean(), (answer, order, isOther) => {
        const { id, ...rest } = answer;
        const whole = order === 'first' ? { jsonrpc: '2.0', id, ...rest } : { ...rest, jsonrpc: '2.0', id };
        const asked = isOther ? `${id}?` : id;
        if (isPlainResult(Buffer.from(JSON.stringify(whole)), asked)) expect([isOther, isFailed(answer)]).toEqual([false, false]);
      }),
    );
  });

  it.each([
    ['{"jsonrpc":"2.0","id":1,"result":{"tools":[]}}', true],
    ['{"result":{"tools":[]},"jsonrpc":"2.0","id":1}', true],
    ['{"jsonrpc":"2.0","id":1,"result":{"isError":true}}', false],
    ['{"jsonrpc":"2.0","id":"1","result":{}}', false],
    ['{"jsonrpc":"2.0","id":1}', false],
    ['{"jsonrpc":"2.0","id":1,"result":{"tools":[]', false],
    ['', false],
  ])('%s: %s', (body, expected) => {
    expect(isPlainResult(Buffer.from(body), 1)).toBe(expected);
  });
});
