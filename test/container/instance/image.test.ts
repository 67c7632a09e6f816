import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../free-port.ts';
import { danglingImages, docker, dockerInteractive, whyNoDocker } from './docker.ts';
import { type BaseImage, baseImage, prepareBaseImage } from './node-base-image.ts';
import { openStream, rawRequest } from './raw-http.ts';
import { callTool, connectClient, token } from './start-instance.ts';
import { type StubSmartlead, startStubSmartlead } from './stub-smartlead.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const whyNot = await whyNoDocker();
const image = `smartlead-mcp-test:${process.pid}`;
const apiKey = 'demo-key-of-the-image';
const hardened = [
  '--read-only',
  '--memory',
  '128m',
  '--cap-drop',
  'ALL',
  '--security-opt',
  'no-new-privileges',
  '--pids-limit',
  '64',
];

it('the image installs every package that the bundle is made of', async () => {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['container/instance/bundle.ts'],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    packages: 'external',
    logLevel: 'silent',
  });
  const packages = Object.values(metafile.inputs)
    .flatMap(({ imports }) => imports)
    .filter(({ external, path }) => external === true && !path.startsWith('node:') && !builtinModules.includes(path))
    .map(({ path }) => (path.startsWith('@') ? path.split('/').slice(0, 2).join('/') : (path.split('/', 1)[0] as string)));
  const dockerfile = readFileSync(`${root}/container/instance/Dockerfile`, 'utf8');
  for (const name of new Set(packages)) expect(dockerfile).toContain(`"${name}"`);
});

describe.skipIf(whyNot !== undefined)(`the image${whyNot === undefined ? '' : ` (skipped: ${whyNot})`}`, () => {
  let base: BaseImage | undefined;
  let stub: StubSmartlead;
  let danglingBefore: Set<string>;
  let containers: string[] = [];

  beforeAll(async () => {
    stub = await startStubSmartlead();
    danglingBefore = await danglingImages();
    base = await prepareBaseImage();
    await docker(
      'build',
      '--quiet',
      '--force-rm',
      '--network',
      'host',
      '--file',
      `${root}/container/instance/Dockerfile`,
      '--tag',
      image,
      root,
    );
  }, 300_000);
  afterEach(async () => {
    if (containers.length > 0) await docker('rm', '--force', ...containers);
    containers = [];
    stub.answer = () => ({ body: [{ id: 1, name: 'Grüße 🚀' }] });
  });
  afterAll(async () => {
    await stub?.close();
    await docker('image', 'rm', '--force', image).catch(() => undefined);
    for (const id of await danglingImages()) {
      if (!danglingBefore.has(id)) await docker('image', 'rm', '--force', id).catch(() => undefined);
    }
    await base?.remove();
  }, 60_000);

  async function start(options: string[], command: string[] = []): Promise<string> {
    const id = await docker('run', '--detach', '--env', `SMARTLEAD_API_KEY=${apiKey}`, ...options, image, ...command);
    containers.push(id);
    return id;
  }

  /** The address under which a published port of the container answers. */
  async function publishedUrl(id: string, port = 3000): Promise<string> {
    const url = `http://${await docker('port', id, `${port}/tcp`)}`;
    await expect
      .poll(() => rawRequest(`${url}/readyz`).catch(() => ({ status: 0 })), { timeout: 30_000 })
      .toMatchObject({ status: 200 });
    return url;
  }

  /** Stops a container. @returns its exit code, which is another than 0 where Docker lost patience. */
  async function stop(id: string): Promise<number> {
    await docker('stop', id);
    return Number(await docker('inspect', '--format', '{{.State.ExitCode}}', id));
  }

  const upstream = () =>
    [
      ['SMARTLEAD_CORE_URL', stub.hosts.core],
      ['SMARTLEAD_PROSPECT_URL', stub.hosts.prospect],
      ['SMARTLEAD_DELIVERY_URL', stub.hosts.delivery],
      ['SMARTLEAD_SENDERS_URL', stub.hosts.senders],
      ['SMARTLEAD_RATE_LIMIT', 'off'],
    ].flatMap(([name, value]) => ['--env', `${name}=${value}`]);

  it('adds a few megabytes to its base, runs as nobody special and starts without a shell', async () => {
    const [sizeOfBase, size] = (await docker('image', 'inspect', '--format', '{{.Size}}', baseImage, image))
      .split('\n')
      .map(Number);
    expect((size as number) - (sizeOfBase as number)).toBeLessThan(8_000_000);
    const { User, Entrypoint, Cmd, Healthcheck, Env } = JSON.parse(
      await docker('image', 'inspect', '--format', '{{json .Config}}', image),
    );
    expect(User).toBe('1000:1000');
    expect(Entrypoint[0]).toBe('node');
    expect(Cmd).toEqual(['serve']);
    expect(Healthcheck.Test[0]).toBe('CMD');
    expect(JSON.stringify(Env)).not.toMatch(/KEY|TOKEN/);
  });

  it('serves both transports at a published port: read-only, 128 MB, no capabilities; is healthy; and stops in order', async () => {
    const published = ['--publish', '127.0.0.1:0:3000', '--env', `MCP_TOKEN=${token}`];
    const id = await start([...hardened, ...published, '--health-interval', '1s']);
    const url = await publishedUrl(id);
    expect((await rawRequest(`${url}/mcp`, { method: 'POST' })).status).toBe(401);
    for (const transport of ['streamable-http', 'http-sse'] as const) {
      const client = await connectClient(url, transport);
      expect((await client.listTools()).tools.length).toBeGreaterThan(100);
      await client.close();
    }
    await expect.poll(() => docker('inspect', '--format', '{{.State.Health.Status}}', id), { timeout: 30_000 }).toBe('healthy');
    expect((await docker('top', id, '-eo', 'uid,pid,cmd')).split('\n').slice(1)).toEqual([
      expect.stringMatching(/^ *1000 .*main\.js serve$/),
    ]);
    const stream = await openStream(`${url}/sse`, { headers: { authorization: `Bearer ${token}` } });
    expect(await stop(id)).toBe(0);
    await stream.ended;
    for (const secret of [apiKey, token]) expect(await docker('logs', id)).not.toContain(secret);
  });

  it('takes a command line of its own, and is healthy at the port that it names', async () => {
    const id = await start(
      ['--publish', '127.0.0.1:0:4000', '--health-interval', '1s'],
      ['serve', '--port', '4000', '--tools', 'webhooks'],
    );
    const url = await publishedUrl(id, 4000);
    expect((await rawRequest(`${url}/healthz`)).status).toBe(200);
    // Without a token, a page whose name was pointed here must not get in.
    const body = '{"jsonrpc":"2.0","id":1,"method":"ping"}';
    const headers = { 'content-type': 'application/json', host: 'rebound.example.com' };
    expect((await rawRequest(`${url}/mcp`, { method: 'POST', headers, body })).status).toBe(403);
    await expect.poll(() => docker('inspect', '--format', '{{.State.Health.Status}}', id), { timeout: 30_000 }).toBe('healthy');
  });

  it('lets a running call finish when it is stopped', async () => {
    const port = await freePort();
    const answers = Promise.withResolvers<void>();
    stub.answer = () => ({ until: answers.promise, body: [1] });
    const id = await start(
      [...hardened, '--network', 'host', ...upstream(), '--env', `MCP_TOKEN=${token}`],
      ['serve', '--port', String(port)],
    );
    const url = `http://127.0.0.1:${port}`;
    await expect
      .poll(() => rawRequest(`${url}/readyz`).catch(() => ({ status: 0 })), { timeout: 30_000 })
      .toMatchObject({ status: 200 });
    const client = await connectClient(url);
    const call = callTool(client, 'campaigns_get_all');
    await expect.poll(() => stub.requests.length).toBeGreaterThan(0);
    const exitCode = stop(id);
    await expect
      .poll(() =>
        rawRequest(`${url}/readyz`).then(
          ({ status }) => status,
          () => 'closed',
        ),
      )
      .toBe('closed');
    answers.resolve();
    expect(await call).toMatchObject({ isError: false, value: { items: [1] } });
    expect(await exitCode).toBe(0);
    await client.close();
  });

  it('speaks stdio, and ends with its input', async () => {
    const running = dockerInteractive(
      'run',
      '--interactive',
      '--rm',
      ...hardened,
      '--env',
      `SMARTLEAD_API_KEY=${apiKey}`,
      image,
      'stdio',
    );
    let stdout = '';
    running.stdout.setEncoding('utf8').on('data', (chunk) => {
      stdout += chunk;
    });
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '0' } };
    running.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params })}\n`);
    running.stdin.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
    running.stdin.end('{"jsonrpc":"2.0","id":2,"method":"tools/list"}\n');
    const [exitCode] = await once(running, 'close');
    expect(exitCode).toBe(0);
    const answers = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(answers.map(({ id }) => id)).toEqual([1, 2]);
    expect(answers[1].result.tools.length).toBeGreaterThan(100);
  });

  it('says in one line that the key is missing', async () => {
    const running = await docker('run', '--rm', image).catch((error: { code: number; stderr: string }) => error);
    expect(running).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^smartlead-mcp: SMARTLEAD_API_KEY is not set[^\n]*\n$/),
    });
  });
});
