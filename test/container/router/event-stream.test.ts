import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AnswerScanner } from '../../../container/router/answer-scanner.ts';
import { EventStreamReader } from '../../../container/router/event-stream-reader.ts';

/** Cuts the bytes at the given places, given as shares of the length. */
function cut(bytes: Buffer, places: number[]): Buffer[] {
  const offsets = [0, ...places.map((place) => Math.floor(place * bytes.length)).sort((a, b) => a - b), bytes.length];
  return offsets.slice(1).map((offset, index) => bytes.subarray(offsets[index], offset));
}

const places = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 30 });
const lineEnd = fc.constantFrom('\n', '\r', '\r\n');
const text = fc.string({ unit: 'binary', maxLength: 12 }).map((value) => value.replaceAll(/[\r\n\uFEFF]/g, '😀'));
const line = fc.oneof(
  text.map((value) => `data: ${value}`),
  text.map((value) => `data:${value}`),
  text.map((value) => `: ${value}`),
  text.map((value) => `event: ${value}`),
  fc.constant('data'),
  fc.constant('retry: 5'),
);
const event = fc
  .tuple(fc.array(line, { minLength: 1, maxLength: 5 }), lineEnd)
  .map(([lines, end]) => lines.map((each) => each + end).join('') + end);
const stream = fc.array(event, { maxLength: 8 }).map((events) => events.join(''));

/** A reading of the standard that is as plain as can be: the data of each event, over the whole text at once. */
function eventsOf(whole: string): string[] {
  const events: string[] = [];
  let data: string[] = [];
  for (const each of whole.split(/\r\n|\r|\n/)) {
    if (each === '') {
      if (data.length > 0) events.push(data.join('\n'));
      data = [];
    } else if (each.startsWith('data:')) data.push(each.slice(5).replace(/^ /, ''));
    else if (each === 'data') data.push('');
  }
  return events;
}

describe('reading a server-sent event stream', () => {
  it('finds the same data however the bytes are cut', () => {
    fc.assert(
      fc.property(stream, places, (whole, cuts) => {
        const found: string[] = [];
        let data: Buffer[] = [];
        const reader = new EventStreamReader({
          data: (bytes, start, end) => void data.push(Buffer.from(bytes.subarray(start, end))),
          eventEnd: () => {
            found.push(Buffer.concat(data).toString('utf8'));
            data = [];
          },
        });
        for (const piece of cut(Buffer.from(whole), cuts)) reader.push(piece);
        const expected = eventsOf(whole).map((each) => each.replaceAll('\n', ''));
        expect(found.filter((each) => each !== '')).toEqual(expected.filter((each) => each !== ''));
      }),
      { numRuns: 500 },
    );
  });

  it('allows a comment only where it changes no event', () => {
    fc.assert(
      fc.property(stream, places, (whole, cuts) => {
        const reader = new EventStreamReader({ data: () => {}, eventEnd: () => {} });
        const passed: Buffer[] = [];
        const maybeInsert = () => {
          if (reader.betweenEvents) passed.push(Buffer.from(': keep-alive\n\n'));
        };
        maybeInsert();
        for (const piece of cut(Buffer.from(whole), cuts)) {
          reader.push(piece);
          passed.push(piece);
          maybeInsert();
        }
        expect(eventsOf(Buffer.concat(passed).toString('utf8'))).toEqual(eventsOf(whole));
      }),
      { numRuns: 500 },
    );
  });

  it('allows a comment after every complete event', () => {
    fc.assert(
      fc.property(stream, (whole) => {
        const reader = new EventStreamReader({ data: () => {}, eventEnd: () => {} });
        reader.push(Buffer.from(whole));
        expect(reader.betweenEvents).toBe(true);
      }),
    );
  });

  it('notices that a client can resume it', () => {
    const reader = new EventStreamReader({ data: () => {}, eventEnd: () => {} });
    reader.push(Buffer.from('data: id: 1\n\nidea: 1\n\n'));
    expect(reader.sawEventId).toBe(false);
    reader.push(Buffer.from('i'));
    reader.push(Buffer.from('d: 7\ndata: x\n\n'));
    expect(reader.sawEventId).toBe(true);
  });
});

describe('scanning for answers', () => {
  const id = fc.oneof(
    fc.integer(),
    fc.string({ unit: 'grapheme', maxLength: 20 }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
  );
  const content = fc.jsonValue({ maxDepth: 4 });
  const flag = fc.constantFrom(true, false, 'true', null, [true], { isError: true });
  const toolResult = fc
    .tuple(content, flag, content)
    .map(([before, isError, after]) => ({ before, isError, content: [after, { isError: true }] }));
  const message = fc.oneof(
    fc.record({ result: toolResult, jsonrpc: fc.constant('2.0'), id }),
    fc.record({ jsonrpc: fc.constant('2.0'), id, result: fc.array(toolResult, { maxLength: 2 }) }),
    fc.record({ result: content, jsonrpc: fc.constant('2.0'), id }),
    fc.record({ jsonrpc: fc.constant('2.0'), id, error: content }),
    fc.record({ jsonrpc: fc.constant('2.0'), method: fc.constant('ping'), id, params: content }),
    fc.record({
      jsonrpc: fc.constant('2.0'),
      method: fc.constant('x'),
      params: fc.record({ id, error: content, result: content }),
    }),
  );

  const answersIn = (value: unknown) =>
    (Array.isArray(value) ? value : [value])
      .filter((each) => 'result' in each || 'error' in each)
      .map((each) => [each.id, 'error' in each || each.result?.isError === true]);

  it('names the answered requests, and those whose result is marked as an error, however the bytes are cut, in single messages and batches', () => {
    fc.assert(
      fc.property(
        fc.oneof(message, fc.array(message, { maxLength: 4 })),
        places,
        fc.constantFrom(0, 2),
        (value, cuts, indent) => {
          const plain = JSON.parse(JSON.stringify(value));
          const found: unknown[] = [];
          const scanner = new AnswerScanner((answered, isError) => found.push([answered, isError]));
          for (const piece of cut(Buffer.from(JSON.stringify(plain, undefined, indent)), cuts)) scanner.push(piece);
          expect(found).toEqual(answersIn(plain));
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('survives anything', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 60 })), (pieces) => {
        const scanner = new AnswerScanner(() => {});
        for (const piece of pieces) {
          scanner.push(piece);
          if (piece.length % 7 === 0) scanner.reset();
        }
      }),
    );
  });
});
