import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import platform from '../../../container/instance/catalogue/platform.json' with { type: 'json' };
import { callTool, connectClient, type RunningInstance, startInstance } from './start-instance.ts';
import type { StubAnswer } from './stub-smartlead.ts';

let running: RunningInstance;
let client: Client;
beforeAll(async () => {
  running = await startInstance();
  client = await connectClient(running.url);
});
afterAll(async () => {
  await client.close();
  await running.close();
});
beforeEach(() => {
  running.stub.requests.length = 0;
});

async function answerTo(answer: StubAnswer, tool = 'campaigns_get_all', callArguments: Record<string, unknown> = {}) {
  running.stub.answer = () => answer;
  return callTool(client, tool, callArguments);
}

describe('every documented error shape', () => {
  const sentences: Record<string, string> = {
    message: 'Invalid API Key',
    error_string: 'Campaign not found - Invalid campaign_id.',
    validator: '"forward_email_body" must be a string',
    nested: 'email field is required for all leads in lead_list',
    nested_with_success: 'Cannot delete active campaign. Please stop it first.',
    field: 'limit must be between 1 and 20',
    field_count: 'campaignId array cannot exceed 5 items (field filters.campaignId)',
    ok_false_error: 'Email account not found!',
    ok_false_code: 'Email account not found!',
    success_false: 'Valid account ID is required',
    status_error: 'Email account not found',
    unknown_route: 'Cannot PATCH /api/v1/campaigns/{id}/status',
  };

  it('is in the table below', () => {
    expect(platform.errors.body_shapes.map(({ name }) => name).sort()).toEqual(Object.keys(sentences).sort());
  });

  it.each(platform.errors.body_shapes)('$name with status 400', async (shape) => {
    const body = 'example' in shape ? shape.example : shape.example_text;
    const result = await answerTo({ status: 400, body });
    expect(result.isError).toBe(true);
    expect(result.value).toEqual({
      code: 'smartlead_invalid_request',
      message: `Smartlead answered 400: ${sentences[shape.name]}`,
      retryable: false,
      nextStep: expect.stringMatching(/\w+/),
    });
    expect(JSON.parse(result.text)).toEqual(result.value);
  });

  it.each([
    'ok_false_error',
    'ok_false_code',
    'success_false',
    'status_error',
    'nested_with_success',
    'error_string',
    'nested',
    'field',
  ])('%s with status 200 is a failure too', async (name) => {
    const shape = platform.errors.body_shapes.find((candidate) => candidate.name === name);
    const result = await answerTo({ body: shape?.example });
    expect(result.isError).toBe(true);
    expect(result.value).toMatchObject({ code: 'smartlead_refused', message: `Smartlead declined: ${sentences[name]}` });
  });
});

describe('statuses', () => {
  it.each([
    [401, 'smartlead_key_refused', false],
    [403, 'smartlead_forbidden', false],
    [404, 'smartlead_not_found', false],
    [409, 'smartlead_conflict', false],
    [422, 'smartlead_invalid_request', false],
    [500, 'smartlead_failed', false],
    [301, 'smartlead_unexpected_answer', true],
  ])('%i becomes %s', async (status, code, retryable) => {
    const result = await answerTo({ status, body: { message: 'no' }, headers: { location: 'http://127.0.0.1:9/elsewhere' } });
    expect(result.isError).toBe(true);
    expect(result.value).toMatchObject({ code, retryable });
    expect(running.stub.requests).toHaveLength(1);
  });

  it.each([
    [403, { message: 'Invalid API Key' }],
    [403, { success: false, error: { code: 'UNAUTHORIZED', message: 'Invalid or missing API key' } }],
    [200, { success: false, error: { code: 'UNAUTHORIZED', message: 'Invalid or missing API key' } }],
    [200, { ok: false, message: 'Invalid API Key' }],
  ])('%i becomes a refused key where the body says so: %j', async (status, body) => {
    const result = await answerTo({ status, body });
    expect(result.value).toMatchObject({ code: 'smartlead_key_refused', retryable: false });
  });

  it.each([
    [403, '<html><h1>403</h1> Invalid API Key</html>', 'smartlead_forbidden'],
    [200, { ok: false, message: 'SMTP login failed: unauthorized' }, 'smartlead_refused'],
    [200, { message: 'Invalid API Key' }, undefined],
  ])('%i does not become one where it is something else: %j', async (status, body, code) => {
    const result = await answerTo({ status, body });
    expect(result.value.code).toBe(code);
  });

  it('a proxy page is told without its markup', async () => {
    const body = '<html><head><style>b{}</style></head><body><h1>403</h1> Forbidden by <b>edge</b></body></html>';
    const result = await answerTo({ status: 403, body, headers: { 'content-type': 'text/html' } });
    expect(result.value.message).toBe('Smartlead answered 403: 403 Forbidden by edge');
  });

  it('a long message is cut', async () => {
    const result = await answerTo({ status: 400, body: { message: 'x'.repeat(5000) } });
    expect(String(result.value.message).length).toBeLessThan(450);
  });
});

describe('answers that are not what they seem', () => {
  it.each([
    ['campaigns_get_by_id', { campaign_id: 1 }, '{}'],
    ['campaigns_get_by_id', { campaign_id: 1 }, ''],
    ['campaigns_get_by_id', { campaign_id: 1 }, 'null'],
    ['campaigns_get_analytics', { campaign_id: 1 }, '{}'],
    ['leads_get_by_email', { email: 'a@example.com' }, '{}'],
    ['campaigns_get_lead_by_id', { lead_id: 1 }, '{"data": []}'],
    ['webhooks_get', { webhook_id: 1 }, '{"ok": true, "data": {}}'],
    ['inbox_reply_status', { message_id: '<a@b>' }, '{"ok": true, "data": {}}'],
    ['smart_senders_order_details', { order_id: 'x' }, '{"ok": true, "data": null}'],
    ['smart_delivery_geo_report', { spamTestId: 1 }, '{}'],
  ])('%s answered with %j %j is not found', async (tool, callArguments, body) => {
    const result = await answerTo({ body }, tool, callArguments);
    expect(result.value).toMatchObject({ code: 'smartlead_not_found', retryable: false });
  });

  it.each([
    ['campaigns_get_sequences', { campaign_id: 1 }, '{"data": []}'],
    ['campaigns_get_leads_history_bulk', { campaign_id: 1 }, '{"data": {}}'],
    ['campaigns_get_leads_history_bulk', { campaign_id: 1 }, '{}'],
  ])('%s answered with %j %j is an empty list', async (tool, callArguments, body) => {
    expect(await answerTo({ body }, tool, callArguments)).toMatchObject({ isError: false, value: { items: [] } });
  });

  it('a refusal without a word is told as one', async () => {
    const result = await answerTo({ body: { ok: false } }, 'leads_unsubscribe', { lead_id: 1 });
    const { value } = await answerTo({ body: { ok: false } }, 'leads_unsubscribe', { lead_id: 1, confirm: result.value.confirm });
    expect(value).toMatchObject({ code: 'smartlead_refused', message: expect.stringContaining('nothing to change') });
  });

  it.each([
    ['an HTML page', '<!DOCTYPE html><p>Hello</p>', 'text/html'],
    ['broken JSON', '{"id": 1, "na', 'application/json'],
    ['broken JSON under another name', '[{"id": 1', 'text/plain'],
    ['nothing at all', '', 'application/json'],
  ])('%s is no answer', async (_name, body, contentType) => {
    const result = await answerTo({ body, headers: { 'content-type': contentType } });
    expect(result.value).toMatchObject({ code: 'smartlead_unexpected_answer', retryable: true });
  });

  it.each<[string, StubAnswer, unknown]>([
    ['a list stands in items', { body: [{ id: 1 }, { id: 2 }] }, { items: [{ id: 1 }, { id: 2 }] }],
    ['an empty list is a list', { body: [] }, { items: [] }],
    ['an empty object where a list was asked for stays one', { body: {} }, {}],
    ['an envelope is taken off', { body: { ok: true, data: [{ id: 1 }] } }, { items: [{ id: 1 }] }],
    ['a bare word', { body: 'success', headers: { 'content-type': 'text/html; charset=utf-8' } }, { result: 'success' }],
    ['a quoted word', { body: '"success"' }, { result: 'success' }],
    [
      'CSV keeps its line breaks',
      { body: '"id","note"\n1,"two\nlines"\n', headers: { 'content-type': 'text/csv; charset=utf-8' } },
      { contentType: 'text/csv', text: '"id","note"\n1,"two\nlines"\n' },
    ],
    ['errors inside data are data', { body: { data: { error: 'smtp' }, error: null } }, { data: { error: 'smtp' }, error: null }],
  ])('%s', async (_name, answer, expected) => {
    const result = await answerTo(answer);
    expect(result).toMatchObject({ isError: false, value: expected });
    expect(JSON.parse(result.text)).toEqual(expected);
  });

  it('an answer above 16 MB is refused without being kept', async () => {
    const result = await answerTo({ body: JSON.stringify(['x'.repeat(17 * 1024 * 1024)]) });
    expect(result.value).toMatchObject({ code: 'answer_too_large', nextStep: expect.stringContaining('fewer rows') });
  });
});
