import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createRedaction } from '../../../../functions/adapters/child-process/secret-redaction.ts';

it('takes secrets out in every form in which they are printed', () => {
  const secret = fc
    .string({ minLength: 8, maxLength: 40 })
    .filter((text) => !text.includes('[redacted]') && text.trim().length > 7);
  fc.assert(
    fc.property(secret, fc.string(), fc.string(), (key, before, after) => {
      const redact = createRedaction([key]);
      for (const form of [key, encodeURIComponent(key), JSON.stringify({ key })]) {
        expect(redact(`${before}${form}${after}`)).toContain('[redacted]');
        expect(redact(`<${form}>`)).not.toContain(key);
      }
    }),
  );
});

it('takes out any key in a Smartlead URL, known or not', () => {
  const redact = createRedaction([]);
  expect(redact('GET https://server.smartlead.ai/api/v1/campaigns?api_key=abc-123_x&limit=5 failed')).toBe(
    'GET https://server.smartlead.ai/api/v1/campaigns?api_key=[redacted]&limit=5 failed',
  );
});

it('leaves everything else as it is, and no empty secret eats the text', () => {
  expect(createRedaction(['', 'secret'])('nothing to hide')).toBe('nothing to hide');
});
