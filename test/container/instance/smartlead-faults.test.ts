import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import platform from '../../../container/instance/catalogue/platform.json' with { type: 'json' };
import type { TimeLimits } from '../../../container/instance/smartlead/time-limits.ts';
import { callTool, connectClient, type RunningInstance, startInstance } from './start-instance.ts';
import type { StubAnswer } from './stub-smartlead.ts';

/** Failure 30: whatever Smartlead answers, the client is told honestly, and one customer's loop does not eat the key's budget. */

let running: RunningInstance;
let client: Client;
let timeLimits: TimeLimits;
beforeEach(async () => {
  // The shortest pauses there are between attempts.
  vi.spyOn(Math, 'random').mockReturnValue(0);
  timeLimits = { answerMs: 10_000, slowAnswerMs: 10_000, beyondOneAnswerMs: 5_000 };
  running = await startInstance({ timeLimits });
  client = await connectClient(running.url);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await client.close();
  await running.close();
});

const web = { 'content-type': 'text/html' };
const codeOfStatus: Record<string, string> = {
  400: 'smartlead_invalid_request',
  401: 'smartlead_key_refused',
  403: 'smartlead_forbidden',
  404: 'smartlead_not_found',
  409: 'smartlead_conflict',
  422: 'smartlead_invalid_request',
  429: 'smartlead_rate_limited',
  500: 'smartlead_failed',
  503: 'smartlead_unavailable',
};

const documented: [string, StubAnswer, string][] = [
  ...Object.keys(platform.errors.statuses).map((status): [string, StubAnswer, string] => [
    `${status} with a message`,
    { status: Number(status), headers: { 'retry-after': '60' }, body: { message: 'as documented' } },
    codeOfStatus[status] ?? 'no code for it',
  ]),
  ...platform.errors.body_shapes.flatMap((shape): [string, StubAnswer, string][] =>
    'example' in shape
      ? [[`400 in the shape ${shape.name}`, { status: 400, body: shape.example }, 'smartlead_invalid_request']]
      : [],
  ),
  ...platform.auth.failures.map(({ status, body }, index): [string, StubAnswer, string] => [
    `the refused key in shape ${index + 1}`,
    { status, body },
    'smartlead_key_refused',
  ]),
  ['the body of a rate limit', { status: 429, body: platform.rate_limits.body_example }, 'smartlead_rate_limited'],
  ['an unknown route', { status: 404, headers: web, body: 'Cannot GET /api/v1/campaigns/' }, 'smartlead_not_found'],
];

const undocumented: [string, StubAnswer, string][] = [
  ['a failure with status 200', { body: { success: false, message: 'no credits' } }, 'smartlead_refused'],
  ['ok: false with status 200', { body: { ok: false, error: 'no' } }, 'smartlead_refused'],
  ['an error with status 200', { body: { error: { code: 'X', message: 'no' } } }, 'smartlead_refused'],
  ['a web page for JSON', { headers: web, body: '<html><body>Log in</body></html>' }, 'smartlead_unexpected_answer'],
  ['broken JSON', { body: '[{"id":1' }, 'smartlead_unexpected_answer'],
  ['a redirect', { status: 302, headers: { location: 'https://example.com' }, body: '' }, 'smartlead_unexpected_answer'],
  ['a bad gateway', { status: 502, headers: web, body: '<html>502</html>' }, 'smartlead_unavailable'],
  ['a gateway time-out', { status: 504, headers: web, body: '<html>504</html>' }, 'smartlead_unavailable'],
  ['a cut connection', { drop: true }, 'smartlead_unreachable'],
  ['an answer that takes too long', { until: new Promise(() => undefined) }, 'smartlead_timeout'],
];

describe('a read that meets', () => {
  it.each([...documented, ...undocumented])('%s is told so', async (_name, answer, code) => {
    running.stub.answer = () => answer;
    if (code === 'smartlead_timeout') timeLimits.answerMs = 500;
    const { isError, value, text } = await callTool(client, 'campaigns_get_by_id', { campaign_id: 7 });
    expect({ isError, code: value.code }).toEqual({ isError: true, code });
    expect(value).toMatchObject({ message: expect.any(String), retryable: expect.any(Boolean), nextStep: expect.any(String) });
    expect(JSON.parse(text)).toEqual(value);
    expect(text).not.toMatch(/api_key|<html/);
    if (code === 'smartlead_rate_limited') expect(value.retryAfter).toBeGreaterThan(0);
  });
});

describe('a storm of refusals for the rate', () => {
  it('is met by a pause: later calls wait or are told when to come again, and are not sent', async () => {
    await client.close();
    await running.close();
    running = await startInstance({ rateLimit: '50/1000', timeLimits });
    client = await connectClient(running.url);
    running.stub.answer = () => ({ status: 429, body: platform.rate_limits.body_example });
    await callTool(client, 'campaigns_get_all');
    const sent = running.stub.requests.length;
    const results = await Promise.all(Array.from({ length: 30 }, () => callTool(client, 'campaigns_get_all')));
    for (const { value } of results) {
      expect(value).toMatchObject({ code: 'rate_limit_queue_full', retryable: true });
      expect(value.retryAfter).toBeGreaterThan(15);
    }
    expect(running.stub.requests).toHaveLength(sent);
    expect(running.instance.metrics.text()).toMatch(/^smartlead_mcp_rate_limit_paused_seconds (2\d|30)$/m);
  });
});

describe('an outage', () => {
  it('is not hammered: after a while calls of that host fail at once, other hosts are called, and its end is noticed', async () => {
    running.stub.answer = ({ path }) => (path.startsWith('/core') ? { status: 503 } : { body: [] });
    for (let index = 0; index < 4; index += 1) await callTool(client, 'campaigns_get_all');
    const sent = running.stub.requests.length;
    const { value } = await callTool(client, 'campaigns_get_all');
    expect(value).toMatchObject({ code: 'smartlead_unavailable', retryable: true, retryAfter: expect.any(Number) });
    expect(value.message).toContain('Nothing was sent');
    expect(running.stub.requests).toHaveLength(sent);
    expect((await callTool(client, 'smart_prospect_revenue')).isError).toBe(false);
    running.stub.answer = () => ({ body: [] });
    const now = performance.now.bind(performance);
    vi.spyOn(performance, 'now').mockImplementation(() => now() + 5_000);
    expect((await callTool(client, 'campaigns_get_all')).isError).toBe(false);
  });

  it('does not make a write that was not sent unknown', async () => {
    running.stub.answer = () => ({ status: 503 });
    for (let index = 0; index < 4; index += 1) await callTool(client, 'campaigns_get_all');
    const { value } = await callTool(client, 'campaigns_create', { name: 'A' });
    expect(value).toMatchObject({ code: 'smartlead_unavailable' });
    expect(value).not.toHaveProperty('verify');
  });

  it('is not suspected where Smartlead refuses with 500 and a message', async () => {
    running.stub.answer = () => ({ status: 500, body: { error: 'lead not found' } });
    for (let index = 0; index < 12; index += 1) await callTool(client, 'campaigns_get_by_id', { campaign_id: 7 });
    expect(running.stub.requests).toHaveLength(12);
  });
});

describe('a loop of one session', () => {
  it('does not keep another session waiting', async () => {
    await client.close();
    await running.close();
    running = await startInstance({ rateLimit: '10/1000' });
    running.stub.answer = () => ({ body: [] });
    const loop = await connectClient(running.url);
    const quiet = await connectClient(running.url, 'http-sse');
    const looping = Promise.all(Array.from({ length: 60 }, () => callTool(loop, 'campaigns_get_all')));
    await expect.poll(() => running.instance.metrics.text()).toMatch(/^smartlead_mcp_rate_limit_waiting [1-9]/m);
    const sentBefore = running.stub.requests.length;
    expect((await callTool(quiet, 'leads_categories')).isError).toBe(false);
    // Ten leave in a second: the call of the quiet session is among the next of them, not behind the sixty.
    const turn = running.stub.requests.slice(sentBefore).findIndex(({ path }) => path.includes('fetch-categories'));
    expect(turn).toBeLessThan(20);
    await quiet.close();
    await loop.close();
    await looping.catch(() => undefined);
    client = await connectClient(running.url);
  });
});

it('the state of the rate limit is on /metrics', async () => {
  await client.close();
  await running.close();
  running = await startInstance({ rateLimit: '5/50' });
  client = await connectClient(running.url);
  running.stub.answer = () => ({ body: [] });
  await callTool(client, 'campaigns_get_all');
  const text = running.instance.metrics.text();
  for (const line of [
    'per_second 5',
    'per_minute 50',
    'used_last_minute 1',
    'waiting 0',
    'paused_seconds 0',
    'remaining 49',
    'learned 0',
  ])
    expect(text).toContain(`\nsmartlead_mcp_rate_limit_${line}\n`);
});
