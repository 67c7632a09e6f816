import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isRead, operations } from '../../../container/instance/catalogue/catalogue.ts';
import { toolName } from '../../../container/instance/catalogue/tool-name.ts';
import { type TimeLimits, usualTimeLimits } from '../../../container/instance/smartlead/time-limits.ts';
import { callConfirmed } from './call-confirmed.ts';
import { sampleArguments } from './sample-arguments.ts';
import { callTool, connectClient, type HttpTransportName, type RunningInstance, startInstance } from './start-instance.ts';
import type { StubAnswer } from './stub-smartlead.ts';

/** Failure 29: Smartlead does what it was asked, and its answer is lost. A repeated call must not send mail twice. */

let running: RunningInstance;
let client: Client;
let timeLimits: TimeLimits;
beforeEach(async () => {
  timeLimits = { ...usualTimeLimits };
  running = await startInstance({ timeLimits });
  client = await connectClient(running.url);
});
afterEach(async () => {
  await client.close();
  await running.close();
});

const deliveries = () => running.stub.requests.filter(({ method }) => method !== 'GET');
const reply = { campaign_id: 7, email_stats_id: 'abc', email_body: 'Hello', to_email: 'ada@example.com' };
const confirm = 'send: send a reply to 1 recipient in campaign 7';

const tooLate: StubAnswer = { until: new Promise(() => undefined) };
const lostAnswers: [string, StubAnswer][] = [
  ['is cut off', { drop: true }],
  ['comes too late', tooLate],
  ['is a bad gateway', { status: 502, body: '<html>Bad gateway</html>' }],
  ['is a gateway time-out', { status: 504, body: '' }],
  ['is an outage', { status: 503, body: { message: 'down' } }],
  ['is a web page', { headers: { 'content-type': 'text/html' }, body: '<html>Log in</html>' }],
  ['is broken JSON', { body: '{"ok":tr' }],
  ['is an error page', { status: 500, body: '<html>Error</html>' }],
];

describe.each<HttpTransportName>(['streamable-http', 'http-sse'])('over %s', (transport) => {
  it.each(lostAnswers)('a reply whose answer %s is delivered once, however often it is called', async (_name, answer) => {
    const own = await connectClient(running.url, transport);
    // The connection to Smartlead is open from here on: what is sent next leaves before any time passes.
    await callTool(own, 'leads_categories');
    running.stub.answer = () => answer;
    if (answer === tooLate) timeLimits.answerMs = 400;
    const first = await callTool(own, 'campaigns_reply_email_thread', { ...reply, confirm });
    expect(first.value).toMatchObject({
      code: 'outcome_unknown',
      retryable: false,
      verify: { tool: 'inbox_get_sent', arguments: {}, lookFor: expect.any(String) },
      nextStep: expect.stringContaining('inbox_get_sent'),
    });
    running.stub.answer = () => ({ body: { ok: true } });
    for (let index = 0; index < 3; index += 1) {
      const again = await callTool(own, 'campaigns_reply_email_thread', reply);
      expect(again.value).toMatchObject({ code: 'outcome_unknown', message: expect.stringContaining('is not sent again') });
    }
    expect(deliveries()).toHaveLength(1);
    await own.close();
  });
});

it('whoever has looked and found nothing can send it again', async () => {
  running.stub.answer = () => ({ drop: true });
  await callTool(client, 'campaigns_reply_email_thread', { ...reply, confirm });
  running.stub.answer = () => ({ body: { ok: true } });
  const unconfirmed = await callTool(client, 'campaigns_reply_email_thread', { ...reply, repeat: true });
  expect(unconfirmed.value).toMatchObject({ code: 'confirmation_required', confirm });
  const repeated = await callTool(client, 'campaigns_reply_email_thread', { ...reply, repeat: true, confirm });
  expect(repeated).toMatchObject({ isError: false, value: { ok: true } });
  expect(repeated.value).not.toHaveProperty('repeated');
  expect(deliveries()).toHaveLength(2);
});

it('the same call from another session is not sent either', async () => {
  const answers = Promise.withResolvers<void>();
  running.stub.answer = () => ({ until: answers.promise, body: { id: 5, ok: true } });
  const other = await connectClient(running.url, 'http-sse');
  const calls = [client, other].map((one) => callTool(one, 'campaigns_create', { name: 'A' }));
  await expect.poll(() => running.instance.callsInProgress).toBe(2);
  answers.resolve();
  const results = await Promise.all(calls);
  expect(deliveries()).toHaveLength(1);
  expect(results.map(({ isError, value }) => [isError, value.id])).toEqual([
    [false, 5],
    [false, 5],
  ]);
  expect(results.filter(({ value }) => value.repeated !== undefined)).toHaveLength(1);
  await other.close();
});

it('a repeated call says that it is one, since when, and how to send it again', async () => {
  running.stub.answer = () => ({ body: { id: 5, ok: true } });
  const before = Date.now();
  await callTool(client, 'campaigns_create', { name: 'A' });
  const again = await callTool(client, 'campaigns_create', { name: 'A' });
  expect(again.value).toMatchObject({ id: 5, repeated: { note: expect.stringContaining('repeat: true') } });
  const { firstSentAt } = again.value.repeated as { firstSentAt: string };
  expect(Date.parse(firstSentAt)).toBeGreaterThanOrEqual(before);
  expect(JSON.parse(again.text)).toEqual(again.value);
  await callTool(client, 'campaigns_create', { name: 'A', repeat: true });
  expect(deliveries()).toHaveLength(2);
});

it('a risky call that was made is answered without being confirmed again', async () => {
  running.stub.answer = () => ({ body: { ok: true } });
  await callConfirmed(client, 'campaigns_reply_email_thread', reply);
  const again = await callTool(client, 'campaigns_reply_email_thread', reply);
  expect(again).toMatchObject({ isError: false, value: { repeated: expect.anything() } });
  expect(deliveries()).toHaveLength(1);
});

it('start, pause, start: the second start is really sent', async () => {
  running.stub.answer = ({ path }) => ({ body: path.endsWith('/status') ? { ok: true } : { id: 7, name: 'A', total_leads: 1 } });
  for (const status of ['START', 'PAUSED', 'START']) {
    const result = await callConfirmed(client, 'campaigns_update_status', { campaign_id: 7, status });
    expect(result.isError, result.text).toBe(false);
  }
  expect(deliveries().map(({ body }) => JSON.parse(body).status)).toEqual(['START', 'PAUSED', 'START']);
});

it('a refused call may be made again at once', async () => {
  running.stub.answer = () => ({ status: 400, body: { message: 'name is wrong' } });
  await callTool(client, 'campaigns_create', { name: 'A' });
  running.stub.answer = () => ({ body: { id: 1 } });
  expect(await callTool(client, 'campaigns_create', { name: 'A' })).toMatchObject({ isError: false });
});

it('500 with a message stays a failure, names the read that tells, and is not sent again by mistake', async () => {
  running.stub.answer = () => ({ status: 500, body: { error: 'lead not found' } });
  const failed = await callTool(client, 'campaigns_create', { name: 'A' });
  expect(failed.value).toMatchObject({
    code: 'smartlead_failed',
    verify: { tool: 'campaigns_get_all' },
    nextStep: expect.stringContaining('campaigns_get_all'),
  });
  await callTool(client, 'campaigns_create', { name: 'A' });
  expect(deliveries()).toHaveLength(1);
});

describe('a client that leaves', () => {
  it('after the request was sent does not undo it: it goes on, is logged, and the next call gets its answer', async () => {
    const answers = Promise.withResolvers<void>();
    running.stub.answer = () => ({ until: answers.promise, body: { id: 5, ok: true } });
    const cancel = new AbortController();
    const call = client.callTool({ name: 'campaigns_create', arguments: { name: 'A' } }, undefined, { signal: cancel.signal });
    await expect.poll(() => deliveries().length).toBe(1);
    cancel.abort();
    await expect(call).rejects.toThrow();
    await expect.poll(() => running.log()).toContain('"outcome":"cancelled"');
    answers.resolve();
    const again = await callTool(client, 'campaigns_create', { name: 'A' });
    expect(again.value).toMatchObject({ id: 5, repeated: expect.anything() });
    expect(deliveries()).toHaveLength(1);
    expect(running.log()).toContain('Write cancelled by the client after it was sent: outcome ok');
    await expect.poll(() => running.instance.callsInProgress).toBe(0);
  });
});

it.each(operations.filter((operation) => !isRead(operation) && !operation.idempotent))(
  '$id: one delivery, whatever the caller does',
  async (operation) => {
    running.stub.answer = ({ method }) => (method === operation.method ? { drop: true } : { status: 404 });
    const either = operation.id === 'lead-lists/push-to-campaign' ? { leadList: { listId: 5 } } : {};
    const callArguments = { ...sampleArguments(operation, 'all'), ...either };
    const results = [
      await callConfirmed(client, toolName(operation.id), callArguments),
      await callConfirmed(client, toolName(operation.id), callArguments),
    ];
    for (const { value } of results) expect(value).toMatchObject({ code: 'outcome_unknown', verify: expect.anything() });
    expect(deliveries()).toHaveLength(1);
  },
);
