import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { serialiseMessage } from '../../../../container/instance/protocol/serialised-result.ts';
import { SmartleadError } from '../../../../container/instance/smartlead/smartlead-error.ts';
import { answerResult, failureResult } from '../../../../container/instance/tools/tool-result.ts';

describe('an answer', () => {
  it('has its structured content as text, too, and the same JSON in a message whether that was made beforehand or not', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.boolean(),
        fc.integer({ min: 0, max: 4_000 }),
        (value, isError, size) => {
          const structured = { ...value, padding: '"ü\n'.repeat(size) };
          const result = answerResult({ structured, isError });
          expect(result.content).toEqual([{ type: 'text', text: JSON.stringify(structured) }]);
          const message = { jsonrpc: '2.0' as const, id: 7, result };
          expect(JSON.parse(serialiseMessage(message))).toEqual(JSON.parse(JSON.stringify(message)));
        },
      ),
    );
  });

  it('carries its links, and when the first of two equal calls was sent', () => {
    const link = { type: 'resource_link' as const, uri: 'smartlead://exports/1', name: 'leads.csv' };
    const result = answerResult({ structured: { rows: 1 }, links: [link], firstSentAt: 0 });
    expect(result.content[1]).toEqual(link);
    expect(result.structuredContent).toMatchObject({ rows: 1, repeated: { firstSentAt: '1970-01-01T00:00:00.000Z' } });
    expect(JSON.parse((result.content[0] as { text: string }).text)).toEqual(result.structuredContent);
    expect(result).not.toHaveProperty('isError');
  });
});

describe('a failure', () => {
  it('says all that is known of it', () => {
    const error = new SmartleadError('smartlead_rate_limited', 'Slow down', { retryAfter: 30, status: 429 });
    expect(failureResult(error)).toMatchObject({
      isError: true,
      structuredContent: { code: 'smartlead_rate_limited', message: 'Slow down', retryable: true, retryAfter: 30 },
    });
  });

  it('of a kind nobody foresaw shows nothing of its text', () => {
    const { structuredContent } = failureResult(new TypeError('https://server/?api_key=secret'));
    expect(structuredContent).toMatchObject({ code: 'internal_error' });
    expect(JSON.stringify(structuredContent)).not.toContain('secret');
  });
});
