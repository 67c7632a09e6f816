import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rawRequest } from '../raw-http.ts';
import { authorization, type RunningInstance, startInstance } from '../start-instance.ts';
import { type ModernRequestOptions, modernHttp, modernRequest, readAnswer, revision } from './modern-request.ts';

let instance: RunningInstance;
let url: string;
beforeAll(async () => {
  instance = await startInstance();
  url = `${instance.url}/mcp`;
});
afterAll(() => instance.close());

const invalidRequest = -32600;
const methodNotFound = -32601;
const invalidParams = -32602;
const headerMismatch = -32020;
const unsupportedVersion = -32022;

const call = { name: 'campaigns_get_all', arguments: {} };

function ask(method: string, params: Record<string, unknown> = {}, options: ModernRequestOptions = {}) {
  return modernRequest(url, method, params, { ...options, headers: { ...authorization, ...options.headers } });
}

/** Posts any body with the headers of a request of this revision. */
async function post(body: unknown, headers: Record<string, string | undefined> = {}) {
  const request = modernHttp('tools/list', {}, { headers: { ...authorization, ...headers } });
  return readAnswer(await rawRequest(url, { ...request, body: typeof body === 'string' ? body : JSON.stringify(body) }));
}

describe('a request of revision 2026-07-28 is refused', () => {
  it.each<[string, string, Record<string, unknown>, ModernRequestOptions]>([
    ['names another revision than its header', 'tools/list', {}, { headers: { 'mcp-protocol-version': '2026-12-01' } }],
    ['has no MCP-Protocol-Version', 'tools/list', {}, { headers: { 'mcp-protocol-version': undefined } }],
    ['has no Mcp-Method', 'tools/list', {}, { headers: { 'mcp-method': undefined } }],
    ['names another method than its header', 'tools/list', {}, { headers: { 'mcp-method': 'prompts/list' } }],
    ['spells its method otherwise than its header', 'tools/list', {}, { headers: { 'mcp-method': 'TOOLS/LIST' } }],
    ['calls a tool without Mcp-Name', 'tools/call', call, { headers: { 'mcp-name': undefined } }],
    ['calls another tool than its header names', 'tools/call', call, { headers: { 'mcp-name': 'campaigns_delete' } }],
    ['has an Mcp-Name that is no base64', 'tools/call', call, { headers: { 'mcp-name': '=?base64?SGVs!!?=' } }],
    ['reads another resource than its header names', 'resources/read', { uri: 'a://b' }, { headers: { 'mcp-name': 'a://c' } }],
  ])('that %s', async (_what, method, params, options) => {
    const { status, error, id } = await ask(method, params, { id: 7, ...options });
    expect({ status, code: error.code, id }).toEqual({ status: 400, code: headerMismatch, id: 7 });
    expect(instance.stub.requests).toEqual([]);
  });

  it.each<[string, ModernRequestOptions]>([
    ['no protocol version', { meta: { 'io.modelcontextprotocol/protocolVersion': undefined } }],
    ['no client capabilities', { meta: { 'io.modelcontextprotocol/clientCapabilities': undefined } }],
    ['client capabilities that are no object', { meta: { 'io.modelcontextprotocol/clientCapabilities': 'all' } }],
    ['a client without a name', { meta: { 'io.modelcontextprotocol/clientInfo': { version: '1' } } }],
  ])('whose _meta has %s', async (_what, options) => {
    const { status, error, id } = await ask('tools/list', {}, { id: 'x', ...options });
    expect({ status, code: error.code, id }).toEqual({ status: 400, code: invalidParams, id: 'x' });
  });

  it('that has no _meta at all', async () => {
    const { status, error } = await post({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
    expect({ status, code: error.code }).toEqual({ status: 400, code: invalidParams });
  });

  it.each(['2027-01-01', 'v999.0.0'])('that wants revision %s, naming the one there is', async (version) => {
    const meta = { 'io.modelcontextprotocol/protocolVersion': version };
    const { status, error } = await ask('server/discover', {}, { meta, headers: { 'mcp-protocol-version': version } });
    expect({ status, code: error.code, data: error.data }).toEqual({
      status: 400,
      code: unsupportedVersion,
      data: { supported: [revision], requested: version },
    });
  });

  it.each(['unknown/method', 'initialize', 'ping', 'logging/setLevel', 'resources/subscribe', 'tasks/get'])(
    'of the method %s',
    async (method) => {
      const { status, error, id } = await ask(method, {}, { id: 3 });
      expect({ status, code: error.code, id }).toEqual({ status: 404, code: methodNotFound, id: 3 });
    },
  );

  it('that is no JSON', async () => {
    const { status, error } = await post('{"jsonrpc":');
    expect({ status, code: error.code }).toEqual({ status: 400, code: -32700 });
  });

  it.each<[string, unknown]>([
    ['no JSON-RPC', { hello: 'world' }],
    ['a batch', [JSON.parse(String(modernHttp('tools/list').body))]],
    ['an empty batch', []],
    ['an answer', { jsonrpc: '2.0', id: 1, result: {} }],
  ])('that is %s', async (_what, body) => {
    const { status, error } = await post(body);
    expect({ status, code: error.code }).toEqual({ status: 400, code: invalidRequest });
  });

  it('that is not a POST', async () => {
    for (const method of ['GET', 'DELETE']) {
      const headers = { ...authorization, accept: 'text/event-stream', 'mcp-protocol-version': revision };
      const answer = await rawRequest(url, { method, headers });
      expect([answer.status, answer.headers.allow]).toEqual([405, 'POST']);
    }
  });

  it('that is no JSON by its type, too large, or without the token', async () => {
    expect((await ask('tools/list', {}, { headers: { 'content-type': 'text/plain' } })).status).toBe(415);
    expect((await ask('tools/list', { filler: 'x'.repeat(5_000_000) })).status).toBe(413);
    expect((await modernRequest(url, 'tools/list')).status).toBe(401);
  });

  it('with parameters that make no sense, in words', async () => {
    const nameless = await ask('tools/call', { arguments: {} });
    expect(nameless.error).toEqual({ code: invalidParams, message: expect.stringMatching(/"params.name" must be a text/) });
    const listed = await ask('tools/call', { ...call, arguments: [] });
    expect(listed.error).toEqual({ code: invalidParams, message: expect.stringMatching(/"params.arguments" must be an object/) });
    const unknown = await ask('tools/call', { name: 'no_such_tool', arguments: {} });
    expect(unknown.error).toMatchObject({ code: invalidParams, message: expect.stringContaining('tools/list') });
    const unnamed = await ask('prompts/get', {});
    expect(unnamed.error).toEqual({ code: invalidParams, message: expect.stringMatching(/"params.name"/) });
    const absent = await ask('resources/read', { uri: 'smartlead://nothing/here' });
    expect(absent.error).toMatchObject({ code: invalidParams, data: { uri: 'smartlead://nothing/here' } });
  });
});

describe('a notification of revision 2026-07-28', () => {
  it('is accepted and changes nothing', async () => {
    const message = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } };
    const { status, messages } = await post(message, { 'mcp-method': message.method });
    expect({ status, messages }).toEqual({ status: 202, messages: [] });
  });
});

describe('what does not belong to revision 2026-07-28', () => {
  it('is left to the older revisions, whatever its header says', async () => {
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'older', version: '1' } };
    const { status, result } = await post({ jsonrpc: '2.0', id: 1, method: 'initialize', params });
    expect({ status, version: result.protocolVersion }).toEqual({ status: 200, version: '2025-11-25' });
  });

  it('is refused as a request without a session', async () => {
    const { status, error } = await post(
      { jsonrpc: '2.0', id: 1, method: 'tools/list' },
      { 'mcp-protocol-version': '2025-11-25' },
    );
    expect([status, error.message]).toEqual([400, expect.stringContaining('initialize')]);
  });
});
