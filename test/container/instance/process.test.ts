import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { drainMs } from '../../../container/instance/process-lifetime.ts';
import { instanceLogLineSchema } from '../../../core/instance-configuration.ts';
import { type BuiltInstance, buildForTest, type RunningProcess, runBuilt } from './built-instance.ts';
import { openStream, rawRequest } from './raw-http.ts';
import { callTool, connectClient, token } from './start-instance.ts';
import { type StubSmartlead, startStubSmartlead } from './stub-smartlead.ts';

const apiKey = 'demo-key-of-the-process';
let built: BuiltInstance;
let stub: StubSmartlead;
let started: RunningProcess[] = [];

beforeAll(async () => {
  [built, stub] = await Promise.all([buildForTest(), startStubSmartlead()]);
});
afterEach(() => {
  for (const running of started) running.process.kill('SIGKILL');
  started = [];
  stub.answer = () => ({ body: [{ id: 1, name: 'Grüße 🚀' }] });
});
afterAll(async () => {
  await stub.close();
  await built.remove();
});

function run(commandLine: readonly string[], environment: Record<string, string> = {}): RunningProcess {
  const running = runBuilt(built.folder, commandLine, environment);
  started.push(running);
  return running;
}

function environment(extra: Record<string, string> = {}): Record<string, string> {
  return {
    SMARTLEAD_API_KEY: apiKey,
    SMARTLEAD_CORE_URL: stub.hosts.core,
    SMARTLEAD_PROSPECT_URL: stub.hosts.prospect,
    SMARTLEAD_DELIVERY_URL: stub.hosts.delivery,
    SMARTLEAD_SENDERS_URL: stub.hosts.senders,
    SMARTLEAD_RATE_LIMIT: 'off',
    ...extra,
  };
}

function configuration(extra: object = {}): string {
  const settings = {
    instanceId: 'ins_01k8z3x5v7c9b2n4m6q8r0t2w4',
    mode: 'both',
    policy: 'read-only',
    smartleadApiKey: apiKey,
    accessToken: token,
    smartleadHosts: stub.hosts,
    rateLimit: 'off',
    ...extra,
  };
  return `${JSON.stringify(settings)}\n`;
}

async function startManaged(extra: object = {}): Promise<{ running: RunningProcess; url: string }> {
  const running = run(['serve', '--managed']);
  running.process.stdin.write(configuration(extra));
  const [, port] = await running.waitFor(/^\{"event":"listening","port":(\d+)\}\n/);
  return { running, url: `http://127.0.0.1:${port}` };
}

describe('the command line', () => {
  it.each<[string[], RegExp]>([
    [[], /say what to run/],
    [['start'], /no command "start"/],
    [['serve', '--prot', '1'], /Unknown option '--prot'/],
    [['serve', '--port', '70000'], /--port must be a number from 0 to 65535/],
    [['serve', '--port', 'x'], /--port must be/],
    [['serve', 'now'], /Unexpected argument 'now'/],
    [['stdio', '--port', '1'], /Unknown option '--port'/],
    [
      ['stdio', '--tools', 'campaigns,everything'],
      /--tools does not know "everything"; use full, discovery, a profile .*campaigns, leads/,
    ],
    [['stdio', '--policy', 'none'], /--policy does not know "none"; use read-only, standard, full/],
    [['stdio', '--allow', 'send,fly'], /--allow does not know "fly"; use send, destroy, spend, secrets/],
    [['stdio', '--log-level', 'loud'], /--log-level does not know "loud"/],
    [['serve', '--managed', '--tools', 'full'], /Unknown option '--tools'/],
  ])('%j is refused with one line and exit code 2', async (commandLine, line) => {
    const running = run(commandLine, environment());
    expect(await running.ended).toBe(2);
    expect(running.stdout()).toBe('');
    expect(running.stderr()).toMatch(line);
    expect(running.stderr()).toMatch(/^smartlead-mcp: [^\n]+\n$/);
  });

  it.each([['stdio'], ['serve']])('%s without a key says where to get one, with exit code 1', async (command) => {
    for (const key of [{}, { SMARTLEAD_API_KEY: '  ' }]) {
      const running = run([command], key as Record<string, string>);
      expect(await running.ended).toBe(1);
      expect(running.stderr()).toMatch(/^smartlead-mcp: SMARTLEAD_API_KEY is not set; in Smartlead, Settings, API Keys[^\n]+\n$/);
    }
  });

  it.each([
    ['SMARTLEAD_RATE_LIMIT', 'fast'],
    ['SMARTLEAD_CORE_URL', 'server.smartlead.ai'],
  ])('a wrong %s is named, with exit code 1', async (name, value) => {
    const running = run(['serve', '--port', '0'], environment({ [name]: value }));
    expect(await running.ended).toBe(1);
    expect(running.stderr()).toMatch(new RegExp(`^smartlead-mcp: ${name} must be [^\\n]+\\n$`));
  });

  it('a port in use is one line and exit code 1', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const running = run(['serve', '--port', String(port)], environment());
    expect(await running.ended).toBe(1);
    expect(running.stderr()).toBe(`smartlead-mcp: port ${port} on 127.0.0.1 is in use; choose another with --port\n`);
    other.close();
  });

  it('tells its version and its help on standard output', async () => {
    const version = run(['--version']);
    const help = run(['serve', '--help']);
    expect([await version.ended, await help.ended]).toEqual([0, 0]);
    expect(version.stdout()).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(help.stdout()).toMatch(/--allow[\s\S]+send, destroy, spend, secrets/);
  });
});

describe('serve --managed, under the permission model', () => {
  it('serves both transports and logs one line a call, without arguments, key or token', async () => {
    const { running, url } = await startManaged();
    for (const transport of ['streamable-http', 'http-sse'] as const) {
      const client = await connectClient(url, transport);
      expect((await client.listTools()).tools).toHaveLength(200);
      expect(await callTool(client, 'leads_get_by_email', { email: 'canary@example.com' })).toMatchObject({ isError: false });
      await client.close();
    }
    running.process.stdin.end();
    expect(await running.ended).toBe(0);
    const lines = running
      .stderr()
      .trim()
      .split('\n')
      .map((line) => instanceLogLineSchema.strict().parse(JSON.parse(line)));
    expect(lines.filter((line) => line.tool === 'leads_get_by_email' && line.outcome === 'ok')).toHaveLength(2);
    for (const secret of [apiKey, token, 'canary']) expect(running.stderr() + running.stdout()).not.toContain(secret);
    expect(running.stdout()).toMatch(/^\{"event":"listening","port":\d+\}\n$/);
  });

  it('offers the configured toolsets alone', async () => {
    const { url } = await startManaged({ toolsets: ['webhooks'] });
    const client = await connectClient(url);
    const names = (await client.listTools()).tools.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['campaigns_get_webhooks', 'campaigns_save_webhooks', 'webhooks_get', 'webhooks_create']),
    );
    expect(names.every((name) => name.includes('webhook'))).toBe(true);
    await client.close();
  });

  it('ends when its input ends, even with streams open and calls running, for which it does not wait', async () => {
    const { running, url } = await startManaged();
    const answers = Promise.withResolvers<void>();
    stub.answer = () => ({ until: answers.promise });
    const sentBefore = stub.requests.length;
    const stream = await openStream(`${url}/sse`, { headers: { authorization: `Bearer ${token}` } });
    const client = await connectClient(url);
    const call = callTool(client, 'campaigns_get_all').catch(() => 'cut');
    await expect.poll(() => stub.requests.length).toBe(sentBefore + 1);
    const start = performance.now();
    running.process.stdin.end();
    expect(await running.ended).toBe(0);
    expect(performance.now() - start).toBeLessThan(drainMs - 2_000);
    await stream.ended;
    await client.close();
    expect(await call).toBe('cut');
    answers.resolve();
  });

  it('lets the calls that run finish on SIGTERM, and takes no new ones', async () => {
    const { running, url } = await startManaged();
    const client = await connectClient(url);
    const answers = Promise.withResolvers<void>();
    stub.answer = () => ({ until: answers.promise, body: [1] });
    const sentBefore = stub.requests.length;
    const call = callTool(client, 'campaigns_get_all');
    await expect.poll(() => stub.requests.length).toBe(sentBefore + 1);
    running.process.kill('SIGTERM');
    await expect
      .poll(() => rawRequest(`${url}/healthz`).catch((error: NodeJS.ErrnoException) => error.code))
      .toBe('ECONNREFUSED');
    answers.resolve();
    expect(await call).toMatchObject({ isError: false, value: { items: [1] } });
    expect(await running.ended).toBe(0);
  });

  it.each<[string, () => string, RegExp]>([
    ['no JSON', () => 'hello\n', /not one line of JSON/],
    [
      'settings that are not valid',
      () => configuration({ smartleadApiKey: '', mode: 'loud' }),
      /not valid: mode, smartleadApiKey/,
    ],
  ])('refuses %s with one line', async (_name, line, message) => {
    const running = run(['serve', '--managed']);
    running.process.stdin.write(line());
    expect(await running.ended).toBe(1);
    expect(running.stderr()).toMatch(message);
    expect(running.stderr()).toMatch(/^[^\n]+\n$/);
    expect(running.stderr()).not.toContain(token);
  });

  it('ends when its input ends before the settings came', async () => {
    const running = run(['serve', '--managed']);
    running.process.stdin.end();
    expect(await running.ended).toBe(1);
  });
});

describe('serve, alone', () => {
  it('serves with the token of its environment, and ends on SIGTERM', async () => {
    const running = run(['serve', '--port', '0'], environment({ MCP_TOKEN: token }));
    const [, port] = await running.waitFor(/"port":(\d+)/);
    const url = `http://127.0.0.1:${port}`;
    expect((await rawRequest(`${url}/mcp`, { method: 'POST' })).status).toBe(401);
    const client = await connectClient(url);
    expect(await callTool(client, 'campaigns_get_all')).toMatchObject({ value: { items: [{ id: 1, name: 'Grüße 🚀' }] } });
    await client.close();
    running.process.kill('SIGTERM');
    expect(await running.ended).toBe(0);
    expect(running.stderr()).toContain(`Listening at ${url}/mcp`);
  });
});

describe('stdio', () => {
  it('serves the official client', async () => {
    const client = new Client({ name: 'test', version: '1.0.0' });
    const flags = ['--permission', `--allow-fs-read=${built.folder}`];
    await client.connect(
      new StdioClientTransport({
        command: process.execPath,
        args: [...flags, `${built.folder}/main.js`, 'stdio'],
        env: environment(),
        stderr: 'ignore',
      }),
    );
    expect((await client.listTools()).tools).toHaveLength(200);
    expect(await callTool(client, 'campaigns_get_all')).toMatchObject({ value: { items: [{ id: 1, name: 'Grüße 🚀' }] } });
    await client.close();
  });

  it('prints nothing but JSON-RPC, answers what was asked before its input ended, and then ends', async () => {
    const running = run(['stdio', '--log-level', 'debug'], environment());
    const messages = [
      '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"🚀","version":"0"}}}',
      '{"jsonrpc":"2.0","method":"notifications/initialized"}',
      'this is no JSON',
      '',
      '{"hello":"world"}',
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"campaigns_get_all"}}',
      '{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"leads_get_by_email","arguments":{"email":"ünï@example.com"}}}',
    ];
    const bytes = Buffer.from(`${messages.join('\r\n')}\n`);
    for (let offset = 0; offset < bytes.length; offset += 7) {
      running.process.stdin.write(bytes.subarray(offset, offset + 7));
      if (offset % 70 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    running.process.stdin.end();
    expect(await running.ended).toBe(0);
    const answers = running
      .stdout()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(answers.map(({ id, error }) => error?.code ?? id).sort()).toEqual([-32600, -32700, 0, 1, 2]);
    expect(stub.requests.at(-1)?.query).toContainEqual(['email', 'ünï@example.com']);
    for (const line of running.stderr().trim().split('\n')) expect(instanceLogLineSchema.parse(JSON.parse(line))).toBeDefined();
  });

  it('is silent on standard error unless something is wrong', async () => {
    const running = run(['stdio'], environment());
    running.process.stdin.end('{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"campaigns_get_all"}}\n');
    expect(await running.ended).toBe(0);
    expect(JSON.parse(running.stdout())).toMatchObject({ id: 1, result: { structuredContent: { items: [{ id: 1 }] } } });
    expect(running.stderr()).toBe('');
  });
});
