import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import type { CallContext, CallOutcome } from '../../../container/instance/features/mcp-features.ts';
import { connectModernStdio } from '../../../container/instance/protocol/modern/modern-stdio.ts';
import { createProtocolServers } from '../../../container/instance/protocol/protocol-server.ts';
import { type StdioServing, serveStdio } from '../../../container/instance/protocol/stdio-eras.ts';
import { StdioTransport } from '../../../container/instance/protocol/stdio-transport.ts';
import { done, type FakeFeatures, fakeFeatures } from './modern/fake-features.ts';

const revision = '2026-07-28';
const log = { write: () => undefined, flush: () => undefined };

interface StdioServer {
  features: FakeFeatures;
  serving: StdioServing;
  input: PassThrough;
  output: PassThrough;
  say(message: Record<string, unknown>): void;
  /** Every line of the output. Each must be a message. */
  heard(): Record<string, unknown>[];
  /** The answer to a request. */
  answer(id: string | number): Promise<Record<string, unknown>>;
}

const servers: StdioServer[] = [];
afterEach(async () => {
  for (const { serving } of servers.splice(0)) await serving.stop(0);
});

async function start(call: (context: CallContext) => CallOutcome | Promise<CallOutcome> = () => done()): Promise<StdioServer> {
  const features = fakeFeatures(call);
  const createServer = createProtocolServers(features, () => undefined);
  const input = new PassThrough();
  const output = new PassThrough();
  let text = '';
  output.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
  });
  const serving = await serveStdio(new StdioTransport(input, output), {
    connectOlder: (channel) => createServer().connect(channel),
    connectModern: (channel) => connectModernStdio(channel, features, log),
    onFault: () => undefined,
  });
  const heard = () =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  const server: StdioServer = {
    features,
    serving,
    input,
    output,
    say: (message) => input.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`),
    heard,
    async answer(id) {
      await expect.poll(() => heard().some((message) => message.id === id), { interval: 5 }).toBe(true);
      return heard().find((message) => message.id === id) ?? {};
    },
  };
  servers.push(server);
  return server;
}

function modern(id: number, method: string, params = {}, { version = revision, capabilities = {}, meta = {} } = {}) {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': version,
    'io.modelcontextprotocol/clientCapabilities': capabilities,
    ...meta,
  };
  return { id, method, params: { ...params, _meta } };
}

const initialize = {
  id: 100,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'older', version: '1' } },
};
const call = { name: 'act', arguments: {} };

describe('stdio', () => {
  it('serves the older revisions to a client that begins with initialize', async () => {
    const server = await start();
    server.say(initialize);
    server.say({ method: 'notifications/initialized' });
    server.say({ id: 1, method: 'tools/call', params: call });
    expect(await server.answer(100)).toMatchObject({ result: { protocolVersion: '2025-11-25' } });
    const { result } = await server.answer(1);
    expect(result).toMatchObject({ content: [{ text: 'done' }] });
    expect(result).not.toHaveProperty('resultType');
  });

  it('serves 2026-07-28 to a client that says it with its first request, or asks first', async () => {
    for (const first of ['tools/list', 'server/discover']) {
      const server = await start();
      server.say(modern(1, first));
      server.say(modern(2, 'tools/call', call));
      expect(await server.answer(1)).toMatchObject({ result: { resultType: 'complete', cacheScope: 'private' } });
      expect(await server.answer(2)).toMatchObject({ result: { resultType: 'complete', content: [{ text: 'done' }] } });
    }
  });

  it('lets a client that only asked begin with initialize after all', async () => {
    const server = await start();
    server.say(modern(1, 'server/discover', {}, { version: '2027-01-01' }));
    expect(await server.answer(1)).toMatchObject({ error: { code: -32022, data: { supported: [revision] } } });
    server.say(modern(2, 'server/discover'));
    expect(await server.answer(2)).toMatchObject({ result: { supportedVersions: [revision] } });
    server.say(initialize);
    expect(await server.answer(100)).toMatchObject({ result: { protocolVersion: '2025-11-25' } });
    server.say({ id: 3, method: 'tools/list' });
    expect(await server.answer(3)).toMatchObject({ result: { tools: [{ name: 'act' }] } });
  });

  it('refuses initialize once 2026-07-28 is spoken', async () => {
    const server = await start();
    server.say(modern(1, 'tools/list'));
    server.say(initialize);
    expect(await server.answer(100)).toMatchObject({ error: { code: -32022, data: { supported: [revision] } } });
  });

  it('cancels a call in 2026-07-28, and never answers it', async () => {
    let aborted = false;
    const server = await start(async ({ signal }) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      aborted = true;
      return done();
    });
    server.say(modern(1, 'tools/call', call));
    await expect.poll(() => server.features.calls.length).toBe(1);
    server.say({ method: 'notifications/cancelled', params: { requestId: 1 } });
    await expect.poll(() => aborted).toBe(true);
    server.say(modern(2, 'tools/list'));
    await server.answer(2);
    expect(server.heard().map(({ id }) => id)).toEqual([2]);
  });

  it('tells progress, and asks by an input-required result', async () => {
    const server = await start(({ progress, confirmation }) => {
      progress(1, 2);
      return confirmation === undefined ? { kind: 'question', question: { message: 'Really?' } } : done(confirmation.answer);
    });
    const circumstances = { capabilities: { elicitation: {} }, meta: { progressToken: 'p' } };
    server.say(modern(1, 'tools/call', call, circumstances));
    const { result } = (await server.answer(1)) as { result: { requestState: string } };
    expect(result).toMatchObject({
      resultType: 'input_required',
      inputRequests: { confirm: { params: { message: 'Really?' } } },
    });
    expect(server.heard()[0]).toMatchObject({ method: 'notifications/progress', params: { progressToken: 'p', progress: 1 } });
    const inputResponses = { confirm: { action: 'accept', content: { confirm: true } } };
    server.say(modern(2, 'tools/call', { ...call, requestState: result.requestState, inputResponses }, circumstances));
    expect(await server.answer(2)).toMatchObject({ result: { content: [{ text: 'accepted' }] } });
  });

  it('tells subscribers alone of changes, and ends their subscriptions in order', async () => {
    const server = await start();
    server.say(modern(1, 'tools/list'));
    await server.answer(1);
    server.features.change();
    server.say(modern(2, 'subscriptions/listen', { notifications: { resourcesListChanged: true } }));
    await expect.poll(() => server.heard().length).toBe(2);
    server.features.change();
    await expect.poll(() => server.heard().length).toBe(3);
    // Nothing is left to wait for: the limit is longer than this test may take.
    await server.serving.stop(600_000);
    expect(server.heard().slice(1)).toMatchObject([
      { method: 'notifications/subscriptions/acknowledged' },
      { method: 'notifications/resources/list_changed', params: { _meta: { 'io.modelcontextprotocol/subscriptionId': 2 } } },
      { id: 2, result: { resultType: 'complete' } },
    ]);
  });

  it.each(['2026-07-28', '2025-11-25'])('answers in %s what was asked before the end', async (spoken) => {
    const finish = Promise.withResolvers<void>();
    const server = await start(async () => {
      await finish.promise;
      return done();
    });
    if (spoken === revision) server.say(modern(1, 'tools/call', call));
    else server.say({ id: 1, method: 'tools/call', params: call });
    await expect.poll(() => server.features.calls.length).toBe(1);
    let ended = false;
    const stopping = server.serving.stop(600_000).then(() => {
      ended = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(ended).toBe(false);
    finish.resolve();
    await stopping;
    expect(server.heard()).toMatchObject([{ id: 1, result: { content: [{ text: 'done' }] } }]);
  });

  it('says on its output nothing but messages, whatever it is told', async () => {
    const server = await start();
    server.input.write('no JSON\n\n{"hello":"world"}\n[]\n');
    server.say(modern(1, 'tools/list', {}, { version: '' }));
    server.say({ id: 2, method: 'server/discover', params: {} });
    server.say({ ...modern(3, 'tools/list', {}, { meta: { 'io.modelcontextprotocol/clientCapabilities': 'none' } }) });
    server.say(modern(4, 'no/such/method'));
    await server.answer(4);
    expect(server.heard().every(({ jsonrpc, error }) => jsonrpc === '2.0' && error !== undefined)).toBe(true);
    expect(server.heard()).toHaveLength(7);
  });

  it.each([
    ['older', initialize],
    ['2026-07-28', modern(100, 'tools/list')],
  ])('answers every request with an error where the %s era cannot be served, and ends in order', async (_era, first) => {
    const faults: unknown[] = [];
    const broken = async () => {
      throw new Error('a file is missing: secret-4711');
    };
    const input = new PassThrough();
    const output = new PassThrough();
    let text = '';
    output.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
    });
    const serving = await serveStdio(new StdioTransport(input, output), {
      connectOlder: broken,
      connectModern: broken,
      onFault: (error) => faults.push(error),
    });
    const say = (message: object) => input.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
    say(first);
    say({ method: 'notifications/initialized' });
    await expect.poll(() => text.split('\n').length).toBe(2);
    say({ ...first, id: 101 });
    await serving.stop(5_000);
    const heard = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(heard).toMatchObject([
      { id: 100, error: { code: -32603 } },
      { id: 101, error: { code: -32603 } },
    ]);
    expect(text).not.toContain('secret');
    expect(faults).toHaveLength(1);
  });

  it.each([initialize, { id: 1, result: {} }])(
    'refuses messages nested too deep to be repeated, and lives on',
    async (message) => {
      const server = await start();
      const deep = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`;
      const line = JSON.stringify({ jsonrpc: '2.0', ...message, result: message.id === 1 ? {} : undefined, deep: 0 });
      server.input.write(`${line.replace('"deep":0', `"deep":${deep}`)}\n`);
      await expect.poll(() => server.heard().length).toBe(1);
      expect(server.heard()).toMatchObject([
        { id: null, error: { code: -32600, message: expect.stringContaining('levels deep') } },
      ]);
      server.say({ id: 2, method: 'tools/list' });
      expect(await server.answer(2)).toMatchObject({ result: { tools: [{ name: 'act' }] } });
    },
  );

  it.each([
    ['older', { id: 1, method: 'tools/call', params: call }],
    ['2026-07-28', modern(1, 'tools/call', call)],
  ])('lives on after a call in the %s era whose arguments are nested deep', async (_era, message) => {
    const server = await start();
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    server.input.write(
      `${JSON.stringify({ jsonrpc: '2.0', ...message }).replace('"arguments":{}', `"arguments":{"a":${deep}}`)}\n`,
    );
    await server.answer(1);
    server.say({ ...message, id: 2 });
    expect(await server.answer(2)).toMatchObject({ result: { content: [{ text: 'done' }] } });
  });

  it('reads no further while its answers are not read', async () => {
    const server = await start();
    server.output.pause();
    for (let id = 1; id <= 500; id += 1) server.say(modern(id, 'tools/list', {}, { meta: { filler: 'x'.repeat(1_000) } }));
    await expect.poll(() => server.input.isPaused()).toBe(true);
    expect(server.output.writableLength + server.output.readableLength).toBeLessThan(200_000);
    server.output.resume();
    await server.answer(500);
  });
});
