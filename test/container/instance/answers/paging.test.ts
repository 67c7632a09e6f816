import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { prepareAnswer } from '../../../../container/instance/answers/prepare-answer.ts';
import { operation } from './operation.ts';

type Row = { id: number; note: string };
type Arguments = Readonly<Record<string, unknown>>;

const number = (value: unknown, otherwise: number) => (typeof value === 'number' ? value : otherwise);

function slice(rows: readonly Row[], { offset, limit }: Arguments, usualLimit: number) {
  const start = number(offset, 0);
  const length = number(limit, usualLimit);
  return { start, length, page: rows.slice(start, start + length) };
}

/** One Smartlead for each way it pages a list. */
const upstreams: Record<string, { id: string; given: Arguments; answer(rows: Row[], request: Arguments): unknown }> = {
  'offset with a total as text': {
    id: 'campaigns/get-leads',
    given: { campaign_id: 1, status: 'COMPLETED' },
    answer(rows, request) {
      const { start, length, page } = slice(rows, request, 100);
      return { total_leads: String(rows.length), offset: start, limit: length, data: page };
    },
  },
  'offset without any total': {
    id: 'email-accounts/get-all',
    given: { esp: 'gmail' },
    answer: (rows, request) => slice(rows, request, 100).page,
  },
  'offset with pages of unknown length': {
    id: 'analytics/campaign-performance',
    given: { start_date: '2026-01-01', end_date: '2026-02-01' },
    answer: (rows, request) => ({ ok: true, data: { campaign_wise_performance: slice(rows, request, 20).page } }),
  },
  'skip and hasMore': {
    id: 'campaign-statistics/lead-statistics',
    given: { campaign_id: 1 },
    answer(rows, request) {
      const { start, length, page } = slice(rows, request, 50);
      return { data: page, hasMore: start + page.length < rows.length, skip: start, limit: length };
    },
  },
  'pagination.has_more': {
    id: 'campaigns/all-leads-activities',
    given: {},
    answer(rows, request) {
      const { start, length, page } = slice(rows, request, 100);
      return { data: page, pagination: { has_more: start + page.length < rows.length, offset: start, limit: length } };
    },
  },
  'in the body, in envelopes': {
    id: 'inbox/get-messages',
    given: { filters: { campaignId: [1, 2] } },
    answer(rows, request) {
      const { start, length, page } = slice(rows, request, 20);
      return { ok: true, data: { success: true, message: 'Fetched', data: { messages: page, offset: start, limit: length } } };
    },
  },
  'total in pagination': {
    id: 'smart-prospect/get-contacts',
    given: { filter_id: 3 },
    answer(rows, request) {
      const { start, length, page } = slice(rows, request, 50);
      const pagination = { limit: length, offset: start, total: rows.length };
      return { success: true, message: 'Data retrieved', data: { list: page, pagination, totalCount: rows.length } };
    },
  },
  'a cursor of its own': {
    id: 'smart-prospect/search-contacts',
    given: { title: ['Director'], limit: 40 },
    answer(rows, { scroll_id, limit }) {
      const start = typeof scroll_id === 'string' ? Number(scroll_id.slice('scroll-'.length)) : 0;
      const list = rows.slice(start, start + number(limit, 0));
      const end = start + list.length;
      return { success: true, message: 'Found', data: { list, ...(end < rows.length ? { scroll_id: `scroll-${end}` } : {}) } };
    },
  },
  'no paging at all': { id: 'campaigns/get-all', given: { client_id: 4 }, answer: (rows) => rows },
  'paging that is not heeded': {
    id: 'analytics/client-performance',
    given: { start_date: '2026-01-01', end_date: '2026-02-01', full_data: true, limit: 5 },
    answer: (rows) => ({ ok: true, data: { client_wise_performance: rows } }),
  },
};

const noteLengths = fc.array(fc.oneof({ weight: 6, arbitrary: fc.nat(300) }, { weight: 3, arbitrary: fc.nat(9_000) }), {
  maxLength: 120,
});
const limits = fc.array(fc.option(fc.integer({ min: 1, max: 50 }), { nil: undefined }), { minLength: 1, maxLength: 4 });
const selections = fc.constantFrom(undefined, 'id', 'id,note', ['note', 'id']);

describe('following nextCursor to its end', () => {
  it.each(Object.entries(upstreams))('delivers every row once and in order: %s', (_name, { id, given, answer }) => {
    fc.assert(
      fc.property(noteLengths, limits, selections, (lengths, pageLimits, fields) => {
        // Two bytes a character, so that bytes and characters differ.
        const rows = lengths.map((length, index) => ({ id: index + 1, note: 'ü'.repeat(length) }));
        const delivered: unknown[] = [];
        let cursor: unknown;
        for (let call = 0; call === 0 || cursor !== undefined; call += 1) {
          expect(call).toBeLessThan(rows.length + 3);
          const limit = 'limit' in given ? given.limit : pageLimits[call % pageLimits.length];
          const prepared = prepareAnswer(operation(id), {
            ...given,
            ...(limit === undefined || operation(id).pagination === undefined ? {} : { limit }),
            ...(cursor === undefined ? {} : { cursor }),
            ...(fields === undefined ? {} : { fields }),
          });
          expect(prepared.requestArguments).not.toHaveProperty('cursor');
          expect(prepared.requestArguments).not.toHaveProperty('fields');
          const shaped = prepared.shape(structuredClone(answer(rows, prepared.requestArguments)));
          const text = JSON.stringify(shaped);
          expect(Buffer.byteLength(text)).toBeLessThanOrEqual(48 * 1024);
          expect(shaped.truncatedFields).toBeUndefined();
          delivered.push(...(shaped.items as Row[]).map((row) => row.id));
          if (rows.length > 0 && cursor === undefined && shaped.total !== undefined) expect(shaped.total).toBe(rows.length);
          cursor = shaped.nextCursor;
        }
        expect(delivered).toEqual(rows.map((row) => row.id));
      }),
      { numRuns: 60 },
    );
  });

  it('goes on at the first row that was cut off, with the rest of a page of its own', () => {
    const rows = Array.from({ length: 90 }, (_, index) => ({ id: index, note: 'x'.repeat(1_000) }));
    const first = prepareAnswer(operation('campaigns/get-leads'), { campaign_id: 1, limit: 90, offset: 10 });
    const { items, nextCursor, total } = first.shape({ total_leads: '300', data: rows });
    expect(total).toBe(300);
    const count = (items as unknown[]).length;
    expect(count).toBeLessThan(90);
    const next = prepareAnswer(operation('campaigns/get-leads'), { campaign_id: 1, limit: 50, cursor: nextCursor });
    expect(next.requestArguments).toEqual({ campaign_id: 1, limit: 50, offset: 10 + count });
  });

  it('asks again for the same page of a search, however long the client wants the next one', () => {
    const list = Array.from({ length: 100 }, (_, index) => ({ id: index, note: 'x'.repeat(1_000) }));
    const search = operation('smart-prospect/search-contacts');
    const { items, nextCursor } = prepareAnswer(search, { limit: 100, scroll_id: 'abc' }).shape({
      success: true,
      data: { list, scroll_id: 'def' },
    });
    const next = prepareAnswer(search, { limit: 7, cursor: nextCursor });
    expect(next.requestArguments).toEqual({ limit: 100, scroll_id: 'abc' });
    const rest = next.shape({ success: true, data: { list: structuredClone(list), scroll_id: 'def' } });
    expect((rest.items as Row[])[0]?.id).toBe((items as unknown[]).length);
  });

  it('ends where Smartlead says so, where a page is not full, and after an empty page', () => {
    const page = (length: number) => Array.from({ length }, (_, id) => ({ id }));
    const shape = (id: string, given: Arguments, body: unknown) => prepareAnswer(operation(id), given).shape(body).nextCursor;
    expect(
      shape('campaign-statistics/lead-statistics', { campaign_id: 1, limit: 2 }, { data: page(2), hasMore: false }),
    ).toBeUndefined();
    expect(shape('email-accounts/get-all', { limit: 5 }, page(4))).toBeUndefined();
    expect(shape('email-accounts/get-all', { limit: 5 }, page(5))).toBeDefined();
    expect(shape('email-accounts/get-all', {}, page(100))).toBeDefined();
    expect(shape('campaigns/get-leads', { campaign_id: 1, limit: 5 }, { total_leads: '5', data: page(5) })).toBeUndefined();
    expect(shape('inbox/get-messages', {}, { ok: true, data: [] })).toBeUndefined();
    expect(shape('smart-prospect/search-contacts', { limit: 5 }, { data: { list: [], scroll_id: 'x' } })).toBeUndefined();
  });
});

describe('a cursor', () => {
  const leads = operation('campaigns/get-leads');
  const page = { total_leads: '9', data: [{ id: 1 }] };
  const { nextCursor } = prepareAnswer(leads, { campaign_id: 1, status: 'PAUSED', limit: 1 }).shape(page);
  const use = (id: string, given: Arguments) => () => prepareAnswer(operation(id), given);

  it('does not say what is in it, and is short', () => {
    expect(nextCursor).toMatch(/^[\w-]{20,80}$/);
  });

  it('works with the arguments in any order, and with other fields', () => {
    expect(use('campaigns/get-leads', { status: 'PAUSED', campaign_id: 1, cursor: nextCursor, fields: ['id'] })).not.toThrow();
    const filters = { campaignId: [1], search: 'ada' };
    const other = prepareAnswer(operation('inbox/get-messages'), { filters, limit: 1 }).shape({ data: [{ id: 1 }] }).nextCursor;
    expect(use('inbox/get-messages', { filters: { search: 'ada', campaignId: [1] }, cursor: other })).not.toThrow();
  });

  it.each([
    [
      'another filter',
      'campaigns/get-leads',
      { campaign_id: 1, status: 'STOPPED', cursor: nextCursor },
      /other arguments.*first page/,
    ],
    ['another campaign', 'campaigns/get-leads', { campaign_id: 2, status: 'PAUSED', cursor: nextCursor }, /other arguments/],
    ['a filter less', 'campaigns/get-leads', { campaign_id: 1, cursor: nextCursor }, /other arguments/],
    ['another tool', 'email-accounts/get-all', { cursor: nextCursor }, /other arguments/],
    [
      'a second position',
      'campaigns/get-leads',
      { campaign_id: 1, status: 'PAUSED', offset: 5, cursor: nextCursor },
      /offset.*only one/,
    ],
    ['another version', 'campaigns/get-all', { cursor: Buffer.from('{"v":2,"f":"x"}').toString('base64url') }, /nextCursor/],
    [
      'a negative place',
      'campaigns/get-all',
      { cursor: Buffer.from('{"v":1,"f":"x","s":-1}').toString('base64url') },
      /nextCursor/,
    ],
    ['a number', 'campaigns/get-all', { cursor: 7 }, /nextCursor/],
  ])('is refused in words with %s', (_name, id, given, message) => {
    expect(use(id, given)).toThrow(
      expect.objectContaining({
        code: 'invalid_arguments',
        message: expect.stringMatching(message),
        issues: [{ path: 'cursor', message: expect.stringMatching(message) }],
      }),
    );
  });

  it('is refused in words when it is any other text', () => {
    const texts = fc.oneof(
      fc.string({ minLength: 1 }),
      fc.base64String({ minLength: 1 }),
      fc.json().map((json) => Buffer.from(json).toString('base64url')),
    );
    fc.assert(
      fc.property(texts, (cursor) => {
        expect(use('campaigns/get-all', { cursor })).toThrow(expect.objectContaining({ code: 'invalid_arguments' }));
      }),
    );
  });
});
