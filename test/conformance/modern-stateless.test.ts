/** The scenarios of the official suite's frozen list for 2026-07-28 about requests that stand alone: their names stand in the titles. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ModernRequestOptions,
  modernHttp,
  modernRequest,
  modernStream,
  streamMessages,
} from '../container/instance/modern/modern-request.ts';
import { rawRequest } from '../container/instance/raw-http.ts';
import { type RunningFixture, startFixture } from './start-fixture.ts';

let fixture: RunningFixture;
beforeAll(async () => {
  fixture = await startFixture(0);
});
afterAll(() => fixture.close());

const ask = (method: string, params: Record<string, unknown> = {}, options: ModernRequestOptions = {}) =>
  modernRequest(fixture.url, method, params, options);
const subscriptionId = 'io.modelcontextprotocol/subscriptionId';

describe('server-stateless', () => {
  it.each(['protocolVersion', 'clientCapabilities'])('refuses a request whose _meta has no %s', async (field) => {
    const { status, error, id } = await ask(
      'server/discover',
      {},
      { id: 101, meta: { [`io.modelcontextprotocol/${field}`]: undefined } },
    );
    expect({ status, code: error.code, id }).toEqual({ status: 400, code: -32602, id: 101 });
  });

  it('serves a request whose _meta has no clientInfo', async () => {
    const { status, error } = await ask('server/discover', {}, { meta: { 'io.modelcontextprotocol/clientInfo': undefined } });
    expect({ status, error }).toEqual({ status: 200, error: undefined });
  });

  it('tells its revisions, its capabilities and its name', async () => {
    const { result } = await ask('server/discover');
    expect(result).toMatchObject({
      supportedVersions: ['2026-07-28'],
      capabilities: { tools: {}, prompts: {}, resources: {}, completions: {} },
      _meta: { 'io.modelcontextprotocol/serverInfo': { name: expect.any(String), version: expect.any(String) } },
    });
    for (const method of ['tools/list', 'prompts/list', 'resources/list']) expect((await ask(method)).error).toBeUndefined();
  });

  it('names its revisions to a client that wants another one', async () => {
    const version = 'v999.0.0';
    const meta = { 'io.modelcontextprotocol/protocolVersion': version };
    const { status, error } = await ask('server/discover', {}, { meta, headers: { 'mcp-protocol-version': version } });
    expect({ status, data: error.data }).toEqual({ status: 400, data: { supported: ['2026-07-28'], requested: version } });
    const mismatch = await ask('server/discover', {}, { meta });
    expect([mismatch.status, mismatch.error.code]).toEqual([400, -32020]);
  });

  it('refuses a call that needs what the client has not got, naming it', async () => {
    const { status, error } = await ask('tools/call', { name: 'test_missing_capability', arguments: {} });
    expect({ status, code: error.code, data: error.data }).toEqual({
      status: 400,
      code: -32021,
      data: { requiredCapabilities: { sampling: {} } },
    });
  });

  it.each(['initialize', 'ping', 'logging/setLevel', 'resources/subscribe', 'resources/unsubscribe', 'unknown/method'])(
    'does not know the method %s',
    async (method) => {
      const { status, error, id } = await ask(method, {}, { id: 500 });
      expect({ status, code: error.code, id }).toEqual({ status: 404, code: -32601, id: 500 });
    },
  );

  it('sends no requests on the stream of an answer', async () => {
    const options = { capabilities: { elicitation: {} }, meta: { progressToken: 1 } };
    const { messages } = await ask('tools/call', { name: 'test_streaming_elicitation', arguments: {} }, options);
    expect(messages.map(({ method }) => method)).toEqual([...Array(3).fill('notifications/progress'), undefined]);
  });

  it('logs to the client only where a request asks for it', async () => {
    const call = { name: 'test_logging_tool', arguments: {} };
    expect((await ask('tools/call', call)).messages).toHaveLength(1);
    const { messages } = await ask('tools/call', call, { meta: { 'io.modelcontextprotocol/logLevel': 'info' } });
    expect(messages.slice(0, -1).map(({ method }) => method)).toEqual(Array(3).fill('notifications/message'));
  });

  it.each([
    ['tools', 'toolsListChanged', 'test_trigger_tool_change', 'test_trigger_prompt_change'],
    ['prompts', 'promptsListChanged', 'test_trigger_prompt_change', 'test_trigger_tool_change'],
  ])('tells a stream of changes of %s, and of nothing else', async (what, filter, trigger, other) => {
    const stream = await modernStream(fixture.url, 'subscriptions/listen', { notifications: { [filter]: true } }, { id: 600 });
    await stream.waitFor(/acknowledged/);
    for (const name of [other, trigger]) await ask('tools/call', { name, arguments: {} });
    await stream.waitFor(/list_changed/);
    stream.leave();
    expect(streamMessages(stream.text())).toMatchObject([
      { method: 'notifications/subscriptions/acknowledged', params: { _meta: { [subscriptionId]: 600 } } },
      { method: `notifications/${what}/list_changed`, params: { _meta: { [subscriptionId]: 600 } } },
    ]);
  });
});

describe('dns-rebinding-protection', () => {
  it('refuses a request that names another host, and serves one that names this', async () => {
    const { host } = new URL(fixture.url);
    const send = (name: string) =>
      rawRequest(fixture.url, modernHttp('server/discover', {}, { headers: { host: name, origin: `http://${name}` } }));
    expect((await send('evil.example.com')).status).toBe(403);
    expect((await send(host)).status).toBe(200);
  });
});

describe('server-sse-multiple-streams', () => {
  it('serves several streams of one client at once', async () => {
    const call = { name: 'test_tool_with_progress', arguments: {} };
    const answers = await Promise.all(
      [1000, 1001, 1002].map((id) => ask('tools/call', call, { id, meta: { progressToken: `token-${id}` } })),
    );
    for (const [index, { id, contentType, messages }] of answers.entries()) {
      expect({ id, contentType }).toEqual({ id: 1000 + index, contentType: 'text/event-stream' });
      const tokens = messages.slice(0, -1).map(({ params }) => (params as { progressToken: string }).progressToken);
      expect(tokens).toEqual(Array(3).fill(`token-${1000 + index}`));
    }
  });
});

describe('http-header-validation', () => {
  it('compares the headers with the body, letter by letter but without the space around them', async () => {
    const call = { name: 'test_simple_text', arguments: {} };
    const status = async (headers: Record<string, string | undefined>) => (await ask('tools/call', call, { headers })).status;
    expect(await status({ 'mcp-method': 'tools/list' })).toBe(400);
    expect(await status({ 'mcp-method': 'TOOLS/CALL' })).toBe(400);
    expect(await status({ 'mcp-name': 'another_tool' })).toBe(400);
    expect(await status({ 'mcp-name': undefined })).toBe(400);
    expect(await status({ 'mcp-name': `  ${call.name}  ` })).toBe(200);
    expect(await status({ 'mcp-name': `=?base64?${Buffer.from(call.name).toString('base64')}?=` })).toBe(200);
  });
});

describe('http-custom-header-server-validation', () => {
  it.each<[string, string | undefined, number]>([
    ['the value', 'Hello', 200],
    ['the value in base64', '=?base64?SGVsbG8=?=', 200],
    ['another value', 'Goodbye', 400],
    ['base64 without its padding', '=?base64?SGVsbG8?=', 400],
    ['no value', undefined, 400],
  ])('takes an argument whose header holds %s as it should', async (_what, value, expected) => {
    const call = { name: 'test_x_mcp_header', arguments: { region: 'Hello' } };
    const { status, error } = await ask('tools/call', call, { headers: { 'mcp-param-region': value } });
    expect([status, error?.code]).toEqual([expected, expected === 200 ? undefined : -32020]);
  });
});
