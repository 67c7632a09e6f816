import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { prepareAnswer } from '../../../../container/instance/answers/prepare-answer.ts';
import { operation } from './operation.ts';

const limit = 48 * 1024;
const bytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value));
const shape = (id: string, body: unknown, given: Record<string, unknown> = {}) => prepareAnswer(operation(id), given).shape(body);

/** Texts of all lengths, with characters of one to four bytes, escapes and lone surrogates. */
const text = fc
  .tuple(
    fc.string({ unit: 'binary', maxLength: 8 }),
    fc.constantFrom(0, 1, 500, 30_000),
    fc.constantFrom('a', 'ü', '🚀', '"', '\u0001'),
  )
  .map(([head, length, filler]) => head + filler.repeat(length));
const { anything } = fc.letrec((tie) => ({
  anything: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('anything'), { maxLength: 6 }),
    fc.dictionary(
      fc.oneof(fc.string({ maxLength: 12 }), fc.constantFrom('data', 'items', 'id', 'email_body', 'custom_fields', 'total')),
      tie('anything'),
      { maxKeys: 6 },
    ),
    fc.tuple(fc.integer({ min: 0, max: 3_000 }), tie('anything')).map(([length, element]) => {
      const short = JSON.stringify(element)?.length < 40 ? element : 'x';
      return Array.from({ length }, () => short);
    }),
  ),
}));

describe('whatever Smartlead answers', () => {
  it.each([
    'campaigns/get-leads',
    'inbox/get-messages',
    'campaigns/get-by-id',
    'campaigns/get-leads-history-bulk',
    'smart-delivery/reply-headers',
    'lead-lists/import-leads',
  ])('comes as an object below the limit: %s', (id) => {
    fc.assert(
      fc.property(anything, fc.constantFrom(undefined, 'id', 'data.id,email_body'), (body, fields) => {
        const answer = shape(id, body, fields === undefined || id === 'lead-lists/import-leads' ? {} : { fields });
        expect(typeof answer === 'object' && !Array.isArray(answer)).toBe(true);
        expect(bytes(answer)).toBeLessThanOrEqual(limit);
      }),
      { numRuns: 40 },
    );
  });
});

describe('a single row that is too big', () => {
  it('comes with the head of its longest texts, the rest whole, and says so', () => {
    const row = { id: 7, subject: 'Hello', email_body: 'wörd '.repeat(20_000), note: 'n'.repeat(250) };
    const answer = shape('campaigns/get-lead-history', { history: [row, { id: 8 }] });
    const [first, ...others] = answer.items as (typeof row)[];
    expect(others).toEqual([]);
    expect(first).toMatchObject({ id: 7, subject: 'Hello', note: row.note });
    expect(first?.email_body.slice(0, 500)).toBe(row.email_body.slice(0, 500));
    expect(first?.email_body.length).toBeGreaterThan(5_000);
    expect(answer.truncatedFields).toEqual([{ path: 'items[0].email_body', length: 100_000 }]);
    const rest = shape('campaigns/get-lead-history', { history: [row, { id: 8 }] }, { cursor: answer.nextCursor });
    expect(rest.items).toEqual([{ id: 8 }]);
  });

  it('never ends in half a character', () => {
    const answer = shape('campaigns/get-by-id', { id: 1, name: `x${'🚀'.repeat(40_000)}` });
    expect((answer.name as string).isWellFormed()).toBe(true);
    expect(answer.truncatedFields).toEqual([{ path: 'name', length: 80_001 }]);
  });

  it('gives up elements of its lists where texts are not enough', () => {
    const answer = shape('inbox/get-by-id', {
      ok: true,
      data: { id: 1, history: Array.from({ length: 9_000 }, (_, id) => ({ id, on: true })) },
    });
    expect(answer).toMatchObject({ id: 1, truncatedFields: [{ path: 'history', length: 9_000 }] });
    expect((answer.history as unknown[]).length).toBeGreaterThan(100);
  });
});

describe('a long CSV text', () => {
  const records = fc.array(
    fc.tuple(fc.nat(), fc.constantFrom('plain', 'with, comma', 'two\nlines', 'a "quote"'), fc.nat(4_000)),
    { maxLength: 60 },
  );

  it('comes in parts of whole records, each under the heading', () => {
    fc.assert(
      fc.property(records, (rows) => {
        const heading = 'id,note\n';
        const lines = rows.map(([id, note, length]) => `${id},"${note.replaceAll('"', '""')}${'é'.repeat(length)}"\n`);
        const whole = heading + lines.join('');
        let seen = '';
        let cursor: unknown;
        do {
          const part = shape(
            'campaigns/export-leads',
            { contentType: 'text/csv', text: whole },
            cursor === undefined ? {} : { cursor },
          );
          expect(bytes(part)).toBeLessThanOrEqual(limit);
          expect(part).toMatchObject({
            contentType: 'text/csv',
            text: expect.stringMatching(/^id,note\n/),
            untrustedText: ['text'],
          });
          seen += (part.text as string).slice(heading.length);
          cursor = part.nextCursor;
        } while (cursor !== undefined);
        expect(seen).toBe(lines.join(''));
      }),
      { numRuns: 30 },
    );
  });

  it('with one record that is too long comes with its head', () => {
    const answer = shape('campaigns/export-leads', { contentType: 'text/csv', text: `id\n"${'x'.repeat(60_000)}"\n2\n` });
    expect(answer.text).toMatch(/^id\n"x+…"$/);
    expect(answer.truncatedFields).toEqual([{ path: 'text', length: 60_006 }]);
    expect(
      shape(
        'campaigns/export-leads',
        { contentType: 'text/csv', text: `id\n"${'x'.repeat(60_000)}"\n2\n` },
        { cursor: answer.nextCursor },
      ),
    ).toMatchObject({ text: 'id\n2\n' });
  });
});
