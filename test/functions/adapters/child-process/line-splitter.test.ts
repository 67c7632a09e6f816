import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LineSplitter } from '../../../../functions/adapters/child-process/line-splitter.ts';

function split(chunks: Uint8Array[], maximumBytes?: number): string[] {
  const lines: string[] = [];
  const splitter = new LineSplitter((line) => lines.push(line), maximumBytes);
  for (const chunk of chunks) splitter.push(chunk);
  splitter.end();
  return lines;
}

/** The bytes of a text, cut at the given places. */
function cut(bytes: Uint8Array, places: number[]): Uint8Array[] {
  const ends = [...places.map((place) => place % (bytes.length + 1)).sort((one, other) => one - other), bytes.length];
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

const line = fc.string({ unit: 'binary', maxLength: 40 }).filter((text) => !/[\r\n]/.test(text) && text.trim() !== '');

it('finds the same lines however the bytes are cut into chunks', () => {
  fc.assert(
    fc.property(fc.array(line), fc.array(fc.nat()), fc.constantFrom('\n', '\r\n'), (lines, places, newline) => {
      const bytes = Buffer.from(lines.join(newline));
      expect(split(cut(bytes, places))).toEqual(lines.map((text) => text.toWellFormed()));
    }),
  );
});

it('never holds more of a line than its maximum', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.array(fc.nat()), (bytes, places) => {
      const whole = split([bytes], 20);
      expect(split(cut(bytes, places), 20)).toEqual(whole);
      for (const text of whole) expect(text.replace(' … (cut)', '').length).toBeLessThanOrEqual(20);
    }),
  );
  expect(split([Buffer.from('0123456789\nabc\n')], 5)).toEqual(['01234 … (cut)', 'abc']);
});
