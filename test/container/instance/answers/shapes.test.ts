import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareAnswer } from '../../../../container/instance/answers/prepare-answer.ts';
import { interpretAnswer } from '../../../../container/instance/smartlead/answer.ts';
import { documentedOperations } from '../../../../selfhost/sandbox/catalogue.ts';
import { type Sandbox, startSandbox } from '../../../../selfhost/sandbox/main.ts';
import { exampleRequest, type KnownValues, knownValues } from '../../../selfhost/sandbox/example-arguments.ts';
import { SandboxClient, unhurriedClock } from '../../../selfhost/sandbox/sandbox-client.ts';
import { operation } from './operation.ts';

const shape = (id: string, body: unknown) => prepareAnswer(operation(id), {}).shape(body);

/** Reads that are about one thing. All others answer with lists. */
const aboutOneThing = new Set([
  'analytics/followup-reply-rate',
  'analytics/lead-stats',
  'analytics/leads-for-first-reply',
  'analytics/mailbox-health',
  'analytics/overview',
  'analytics/provider-performance',
  'campaigns/export-leads',
  'campaigns/get-analytics',
  'campaigns/get-analytics-by-date',
  'campaigns/get-by-id',
  'campaigns/get-lead-by-id',
  'campaigns/get-top-level-analytics',
  'email-accounts/get-by-id',
  'email-accounts/warmup-stats',
  'inbox/get-by-id',
  'inbox/reply-status',
  'lead-lists/get-by-id',
  'leads/get-by-email',
  'smart-delivery/get-folder-by-id',
  'smart-delivery/mailbox-count',
  'smart-delivery/provider-ids',
  'smart-delivery/reply-headers',
  'smart-delivery/test-details',
  'smart-delivery/test-email-content',
  'smart-prospect/reply-analytics',
  'smart-prospect/search-analytics',
  'smart-senders/get-otp',
  'smart-senders/order-details',
  'webhooks/get',
]);

describe('what the simulated Smartlead answers to every read', () => {
  let sandbox: Sandbox;
  let client: SandboxClient;
  let known: KnownValues;
  beforeAll(async () => {
    sandbox = await startSandbox({ clock: unhurriedClock() });
    client = new SandboxClient(sandbox);
    known = await knownValues(client);
  });
  afterAll(() => sandbox.close());

  // An order must have been placed before its details can be read; the unit tests below cover that envelope.
  const readable = documentedOperations.filter(
    (candidate) => candidate.effects.includes('read') && candidate.id !== 'smart-senders/order-details',
  );

  it.each(readable.map((candidate) => [candidate.id, candidate] as const))('%s', async (id, described) => {
    const read = operation(id);
    const { path, query, body } = exampleRequest(described, known);
    const reply = await client.send(read.method, path, { host: read.host, query, ...(body === undefined ? {} : { body }) });
    const incoming = { status: reply.status, headers: Object.fromEntries(reply.headers), text: reply.text };
    const shaped = prepareAnswer(read, {}).shape(interpretAnswer(read, incoming, (text) => text));
    expect(Array.isArray(shaped.items)).toBe(!aboutOneThing.has(id));
    expect(shaped).not.toHaveProperty('ok');
    expect(shaped).not.toHaveProperty('success');
    expect(shaped).not.toHaveProperty('pagination');
    expect(JSON.parse(JSON.stringify(shaped))).toEqual(shaped);
  });
});

describe('the rows of an answer', () => {
  const rows = [{ id: 1 }, { id: 2 }];
  it.each([
    ['a bare list', 'campaigns/get-all', rows, { items: rows }],
    ['an envelope', 'campaigns/get-sequences', { success: true, data: rows }, { items: rows }],
    [
      'nested envelopes',
      'inbox/get-untracked',
      { ok: true, data: { success: true, message: 'm', data: { replies: rows } } },
      { items: rows },
    ],
    [
      'paging in the answer',
      'campaigns/get-leads',
      { total_leads: '2', offset: 0, limit: 50, data: rows },
      { items: rows, total: 2 },
    ],
    ['a name of its own', 'lead-lists/get-all', { data: { lists: rows, totalCount: 2 } }, { items: rows, total: 2 }],
    [
      'other fields beside them',
      'campaigns/get-lead-history',
      { history: rows, from: 'a', to: 'b' },
      { items: rows, from: 'a', to: 'b' },
    ],
    [
      'lists by lead',
      'campaigns/get-leads-history-bulk',
      { data: { 7: [{ a: 1 }] } },
      { items: [{ lead_id: 7, messages: [{ a: 1 }] }] },
    ],
    ['no leads at all', 'campaigns/get-leads-history-bulk', { data: {} }, { items: [] }],
    ['one lead as a list of one', 'campaigns/get-lead-by-id', { data: [{ id: '5' }] }, { id: 5 }],
    ['one thing in an envelope', 'webhooks/get', { ok: true, data: { id: 4, tags: [{ id: 1 }] } }, { id: 4, tags: [{ id: 1 }] }],
    ['one thing with lists', 'leads/get-by-email', { id: 1, lead_campaign_data: rows }, { id: 1, lead_campaign_data: rows }],
    [
      'an object that says more than its data',
      'analytics/overview',
      { data: { a: 1 }, error: null },
      { data: { a: 1 }, error: null },
    ],
    ['a bare word', 'webhooks/get', { result: 'success' }, { result: 'success' }],
  ])('%s', (_name, id, body, expected) => {
    expect(shape(id, body)).toEqual(expected);
  });
});

describe('answers to writes', () => {
  it.each([
    ['campaigns/create', { ok: true, id: 5, name: 'n' }, { ok: true, id: 5, name: 'n' }],
    ['campaigns/delete', { ok: true }, { ok: true }],
    ['campaigns/pause-lead', { ok: true, data: 'success' }, { ok: true, data: 'success' }],
    [
      'email-accounts/suspend',
      { success: true, message: 'Suspended', data: { accountId: 1 } },
      { message: 'Suspended', accountId: 1 },
    ],
    ['lead-lists/create', { data: { id: 5, leads_count: '0' } }, { id: 5, leads_count: 0 }],
    [
      'smart-prospect/find-emails',
      { success: true, message: 'Done', data: [{ status: 'Found' }] },
      { message: 'Done', items: [{ status: 'Found' }] },
    ],
    ['campaigns/add-leads', { upload_count: 2, lead_ids: [1, 2] }, { upload_count: 2, lead_ids: [1, 2] }],
  ])('%s', (id, body, expected) => {
    expect(shape(id, body)).toEqual(expected);
  });

  it('are made anew each time from a value that stays as it was', () => {
    const value = { success: true, message: 'm', data: { list: [{ id: 'a', total_count: '4' }], total_count: '4' } };
    const before = structuredClone(value);
    const first = shape('smart-prospect/fetch-contacts', value);
    expect(first).toEqual({ message: 'm', items: [{ id: 'a', total_count: 4 }], total: 4 });
    expect(value).toEqual(before);
    expect(shape('smart-prospect/fetch-contacts', value)).toEqual(first);
  });

  it('say how many rows did not fit, since a write must not be made again to see them', () => {
    const list = Array.from({ length: 100 }, (_, id) => ({ id: `c${id}`, note: 'x'.repeat(1_000) }));
    const shaped = shape('smart-prospect/fetch-contacts', { success: true, data: { list } });
    expect(shaped.nextCursor).toBeUndefined();
    expect((shaped.items as unknown[]).length + (shaped.omittedItems as number)).toBe(100);
  });
});
